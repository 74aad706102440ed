import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeValue, encodeValue } from "../../../contract/tagged-json.ts";
import type { GrantShape } from "../../../worker/executor/protocol.ts";
import { resultOf } from "./run-program.ts";
import { startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const web: GrantShape = { name: "web", verb: "http.fetch", methods: ["fetch"], streams: [] };

/** What crossed to the gate for one fetch, whose answer is a kept response. */
const wireOf = async (call: string): Promise<unknown> => {
	const seen: unknown[] = [];
	const answer = encodeValue({
		status: 200,
		url: "https://x.test/",
		headers: { etag: "e" },
		handle: "hdl_2",
		bytes: 3,
		type: "text/plain",
	});
	workerd.answerWith(({ args }) => {
		const decoded = decodeValue(args);
		seen.push(decoded.kind === "decoded" ? decoded.value : decoded.why);
		return JSON.stringify({ kind: "value", value: answer.kind === "encoded" ? answer.text : "" });
	});
	const result = await resultOf(workerd, `export default async (input, env) => (await ${call}).handle`, { grants: [web] });
	expect(result).toBe("hdl_2");
	const [args] = seen;
	return Array.isArray(args) ? args[0] : args;
};

describe("fetch with handles", () => {
	it("sends where the response goes", async () => {
		expect(await wireOf("env.web.fetch('https://x.test/', { as: 'handle' })")).toMatchObject({ method: "GET", body: null, as: "handle" });
		expect(await wireOf("env.web.fetch(new Request('https://x.test/'), { as: 'handle' })")).toMatchObject({ as: "handle" });
		expect(await wireOf("env.web.fetch('https://x.test/', { as: { toString: () => 'handle' } })").catch(() => "refused")).toBe("refused");
	});

	it("sends a handle for a body, alone or as a kept response has it, and nothing else of the object", async () => {
		const put = (body: string) => wireOf(`env.web.fetch('https://x.test/', { method: 'PUT', headers: { a: 'b' }, body: ${body} })`);
		for (const body of [
			"{ handle: 'hdl_1' }",
			"{ handle: 'hdl_1', status: 200, bytes: 7, type: 'a/b' }",
			"Object.create({ handle: 'hdl_1' })",
		])
			expect(await put(body)).toEqual({
				url: "https://x.test/",
				method: "PUT",
				headers: [["a", "b"]],
				body: { handle: "hdl_1" },
				redirect: "follow",
			});
	});

	it("reads the handle once, so that it cannot become another", async () => {
		const sly = "{ reads: 0, get handle() { this.reads += 1; return this.reads === 1 ? 'hdl_1' : {}; } }";
		expect(await wireOf(`env.web.fetch('https://x.test/', { method: 'PUT', body: ${sly} })`)).toMatchObject({ body: { handle: "hdl_1" } });
	});

	it("leaves other objects to what fetch makes of them", async () => {
		expect(await wireOf("env.web.fetch('https://x.test/', { method: 'PUT', body: { handle: 7 } })")).toMatchObject({
			body: "[object Object]",
		});
	});
});
