import { describe, expect, it } from "vitest";
import { Refusal } from "../../../contract/errors.ts";
import type { Override } from "../../../contract/replays.ts";
import type { Call } from "../../../contract/runs.ts";
import { overrideAnswers } from "../../../worker/runs/replay/override-answers.ts";

const call: Call = {
	id: "cal_1",
	run: "run_1",
	seq: 1,
	grant: "web",
	verb: "http.fetch",
	method: "fetch",
	args: "[]",
	argsDigest: "sha256:0",
	decision: "allowed",
	rule: null,
	status: "done",
	error: null,
	cost: { calls: 1, tokens: 0, egressBytes: 0, usdMicros: 0 },
	startedAtMs: 0,
	endedAtMs: 0,
	entry: null,
	hash: null,
	previousHash: null,
	effect: "read",
	nth: 1,
	approval: null,
};
/** The text of the answer, or why it is refused. */
const answerOf = (override: Override): string => {
	try {
		return overrideAnswers({ "1": override }, [call]).get(1) ?? "none";
	} catch (error) {
		if (!(error instanceof Refusal)) throw error;
		return `${error.code}: ${error.message}`;
	}
};
const response = (fields: object): string => answerOf({ value: { $response: { status: 200, ...fields } } });

describe("the answer that a fork puts in a recorded one's place", () => {
	it("is a response that the program can be given, its headers as the platform writes them", () => {
		expect(JSON.parse(response({ headers: [["X-One", "1"]], body: "hi" }))).toEqual({
			kind: "value",
			value: '{"$response":{"status":200,"url":"","headers":[["x-one","1"]],"body":"hi"}}',
		});
	});

	it.each([
		["a name with a line feed", { headers: [["a\nb", "x"]] }],
		["a name with a blank", { headers: [["a b", "x"]] }],
		["no name", { headers: [["", "x"]] }],
		["a value with a line feed", { headers: [["a", "x\r\nb: y"]] }],
	])("has no headers that no response can have: %s", (_what, fields) => {
		expect(response(fields)).toMatch(/^invalid_request: .*overrides\.1\.value\.\$response: found headers that no http response can have/);
	});

	it.each([204, 205, 304])("has no body where the status is %i", (status) => {
		expect(response({ status, body: "x" })).toContain(`found a body with the status ${status}, wanted none`);
		expect(response({ status, body: { $bytes: "AAAA", as: "Uint8Array" } })).toContain("wanted none");
		expect(response({ status })).toContain('"kind":"value"');
	});

	it.each(["run_ended", "internal", "toString", "nothing"])("is no error of the code %s", (code) => {
		expect(answerOf({ error: { code, message: "x" } })).toMatch(
			/^invalid_request: .*overrides\.1\.error\.code: found .*wanted a code that a call can end with/,
		);
	});

	it("is an error of a code that calls end with", () => {
		expect(JSON.parse(answerOf({ error: { code: "upstream_timeout", message: "slow" } }))).toMatchObject({
			kind: "error",
			code: "upstream_timeout",
		});
	});
});
