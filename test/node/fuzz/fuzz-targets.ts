import { ERRORS } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { canonicalText, checkEncoded, decodeValue, encodeValue } from "../../../contract/tagged-json.ts";
import { readCallPlace } from "../../../worker/agents/object/call-place.ts";
import { givenResult } from "../../../worker/agents/object/given-result.ts";
import { readArguments } from "../../../worker/agents/object/read-arguments.ts";
import { valueText } from "../../../worker/executor/answer-text.ts";
import type { ExecutionOutcome } from "../../../worker/executor/protocol.ts";
import { judgeOutcome } from "../../../worker/runs/judge-outcome.ts";
import type { Chance } from "../simulation/chance.ts";
import { type FuzzedGrant, RESOURCES } from "./fuzzed-grants.ts";

/** What reads text from an isolate. `read` says in a word what came of it. @throws when it did not do what it says */
export interface FuzzTarget {
	readonly name: string;
	/** Honest texts for it. */
	readonly honest: readonly string[];
	/** Texts that a program would give in their stead. */
	readonly hostile?: readonly string[];
	read(text: string, chance: Chance): string;
}

const demand = (holds: boolean, what: string): void => {
	if (!holds) throw new Error(what);
};

/** Longest words about a fault, characters: a message is shown, recorded and sent. */
const WORDS = 4_000;

const decoding: FuzzTarget = {
	name: "decode",
	honest: ['{"a":[1,{"$date":"2026-01-01T00:00:00.000Z"},{"$map":[["k",{"$bigint":"7"}]]}]}'],
	read: (text) => {
		const decoded = decodeValue(text);
		if (decoded.kind === "refused") {
			demand(decoded.why.length <= WORDS, `the refusal is ${decoded.why.length} characters long`);
			return "refused";
		}
		const canonical = canonicalText(decoded.value);
		const again = decodeValue(canonical, { bytes: Number.MAX_SAFE_INTEGER });
		demand(again.kind === "decoded", `its own canonical text is refused: ${again.kind === "refused" ? again.why : ""}`);
		if (again.kind === "decoded")
			demand(canonicalText(again.value) === canonical, "its canonical text is another one when it is read again");
		const encoded = encodeValue(decoded.value);
		if (encoded.kind === "encoded") demand(encoded.text.length <= LIMITS.callAnswerBytes, "it is encoded past the most");
		return "decoded";
	},
};

const argumentsOf = ({ verb, bound, calls }: FuzzedGrant): FuzzTarget => ({
	name: `arguments of ${verb}`,
	honest: calls.map(([, args]) => args),
	read: (text, chance) => {
		const { decoded, argsText } = readArguments(text);
		if (decoded.kind === "refused") return "refused";
		demand(argsText !== null && argsText.length <= LIMITS.argumentBytes, "the arguments are kept past the most");
		if (!Array.isArray(decoded.value)) return "no list";
		const method = chance.isIn(0.9)
			? chance.pick(bound.methods)
			: chance.pick(["constructor", "__proto__", "fetchAny", "", "then", "endCall", "beginCall"]);
		const preparation = bound.prepare(method, decoded.value, RESOURCES);
		if (preparation.kind === "invalid") {
			demand(preparation.message.length <= WORDS, `the refusal is ${preparation.message.length} characters long`);
			return "invalid";
		}
		const { call } = preparation;
		for (const [dimension, amount] of Object.entries({ ...call.worstCost, ...call.lends }))
			demand(Number.isSafeInteger(amount) && amount >= 0, `it may cost ${amount} ${dimension}`);
		demand(
			valueText(call.planned, verb === "http.fetch").length <= LIMITS.callAnswerBytes + WORDS,
			"what a dry run answers is past the most",
		);
		if (call.decision.kind === "denied") demand(call.decision.message.length <= WORDS, "a denial is too long");
		if (call.timeoutMs !== undefined) demand(Number.isFinite(call.timeoutMs) && call.timeoutMs > 0, `it may take ${call.timeoutMs} ms`);
		return call.decision.kind;
	},
});

const PROGRAM = {
	main: "main.ts",
	modules: { "main.ts": "export default async () => 1;" },
	sources: { "main.ts": "export default async () => 1;" },
};
const LIMITED = { wallMs: 1_000, cpuMs: 100, memoryMb: 64 };
const REST = '"choices":"0 t,t*3","places":2,"sent":2,"logs":[{"seq":1,"atMs":1,"level":"log","text":"hi"}],"logsDropped":0';
const THREW = '"kind":"threw","code":"program_threw","hint":"","name":"TypeError","message":"x is not a function"';
const STACK = '"stack":"TypeError: x\\n    at main (main.ts:1:7)\\n    at async harness.js:10:3"';

const answers: FuzzTarget = {
	name: "a harness's answer",
	honest: [
		`{"outcome":{"kind":"returned","result":{"a":[1,{"$date":"2026-01-01T00:00:00.000Z"}]}},${REST}}`,
		`{"outcome":{${THREW},${STACK}},${REST}}`,
		`{"outcome":{"kind":"parked","timerAtMs":1864594680194},${REST}}`,
		`{"outcome":{"kind":"cut"},${REST}}`,
	],
	read: (text) => {
		const outcome: ExecutionOutcome = { kind: "answered", answer: text, cpuMs: 1, wallMs: 2, startedAtMs: 3 };
		const judged = judgeOutcome(outcome, PROGRAM, LIMITED);
		const { status, error, result, logs } = judged;
		demand(["succeeded", "failed", "budget_exceeded"].includes(status), `an answer made the run ${status}`);
		demand((error === null) === (status === "succeeded"), `the run is ${status}, its error ${error?.code}`);
		if (status === "succeeded") demand(checkEncoded(result) === null, "the result is no encoded value");
		demand(JSON.stringify(result).length <= LIMITS.resultBytes, "the result is past the most");
		demand(logs.length <= LIMITS.logLines, `there are ${logs.length} lines`);
		if (error !== null) demand(Object.hasOwn(ERRORS, error.code), `there is no error ${error.code}`);
		demand((error?.message.length ?? 0) <= LIMITS.errorMessageChars + WORDS, "the error's message is too long");
		return judged.ending === "ended" ? status : judged.ending;
	},
};

const places: FuzzTarget = {
	name: "a call's place",
	honest: ["1 0 ", "7 3 t,2,t*9", "2 0 !"],
	hostile: [
		...["", "1", "0 0 ", "-1 0 ", "1e9 0 ", "9007199254740993 0 ", "NaN 0 ", "[object Object] 0 ", "1 -1 t", "1 99999999 1,2"],
		...["1 0 t*999999999999", "1 0 t*-5", "1 0 1*1*1", "1 0 constructor", "1 0 __proto__,1", "1 0 1,,,,", "2 0 \u0000"],
		...["1 0 '; drop table calls; --", "1 0 t*20000", "1 0 t*20001", `1 0 ${"t,".repeat(9_000)}`],
	],
	read: (text) => {
		const { place, choices } = readCallPlace(text);
		demand(Number.isSafeInteger(place) && place >= 0 && place <= LIMITS.calls.max * 2, `the place is ${place}`);
		demand((choices?.items.length ?? 0) <= LIMITS.choicesChars, "there are too many choices");
		return place === 0 ? "nowhere" : choices === null ? "not told" : "told";
	},
};

/** What a person gives in a call's stead, by a key of the tenant. */
const results: FuzzTarget = {
	name: "a given result",
	honest: ['{"$response":{"status":200,"headers":{"content-type":"text/plain"},"body":"hi"}}', '{"status":204}', '{"headers":[["a","b"]]}'],
	read: (text) => {
		const given = givenResult({ verb: "http.fetch", method: "fetch", args: [{ url: "https://example.com/" }] }, text);
		if (given.kind === "refused") demand(given.why.length <= WORDS, "the refusal is too long");
		else valueText(given.value, given.isResponse);
		return given.kind;
	},
};

export const fuzzTargets = (grants: readonly FuzzedGrant[]): FuzzTarget[] => [
	decoding,
	answers,
	places,
	results,
	...grants.map(argumentsOf),
];
