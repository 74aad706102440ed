import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { decodeValue, encodeValue } from "../../../contract/tagged-json.ts";
import type { GrantShape } from "../../../worker/executor/protocol.ts";
import { errorOf, resultOf } from "./run-program.ts";
import { type GateRequest, startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const web: GrantShape = { name: "web", verb: "http.fetch", methods: ["fetch"], streams: [] };
const files: GrantShape = { name: "files", verb: "files", methods: ["readText", "list"], streams: [] };

const valueAnswer = (value: unknown): string => {
	const encoding = encodeValue(value);
	if (encoding.kind === "refused") throw new Error(encoding.message);
	return JSON.stringify({ kind: "value", value: encoding.text });
};
const argsOf = (call: GateRequest | undefined): unknown => {
	const decoding = decodeValue(call?.args ?? "");
	return decoding.kind === "decoded" ? decoding.value : decoding.why;
};
/** Answers every call the same way and remembers them. */
const record = (answer: string): GateRequest[] => {
	const calls: GateRequest[] = [];
	workerd.answerWith((call) => {
		calls.push(call);
		return answer;
	});
	return calls;
};

describe("env", () => {
	it("has a frozen object for each grant and nothing else", async () => {
		const program = `export default (input, env) => [Object.keys(env), Object.keys(env.files), env.nothing === undefined, env.constructor === undefined, env.files.__proto__ === undefined, Object.isFrozen(env), Object.isFrozen(env.files), Object.isFrozen(env.files.list)]`;
		expect(await resultOf(workerd, program, { grants: [web, files] })).toEqual([
			["web", "files"],
			["readText", "list"],
			true,
			true,
			true,
			true,
			true,
			true,
		]);
	});
	it("carries a call's grant, method, arguments and the attempt's token to the gate", async () => {
		const calls = record(valueAnswer({ entries: [new Date(0)] }));
		const program = `export default (input, env) => env.files.list("/workspace", { u: new URL("https://x.test/a"), h: new Headers({ b: "c" }), n: 1n })`;
		expect(await resultOf(workerd, program, { grants: [files] })).toEqual({ entries: [new Date(0)] });
		expect(calls).toMatchObject([{ grant: "files", method: "list", token: "token-of-the-attempt" }]);
		expect(argsOf(calls[0])).toEqual(["/workspace", { u: "https://x.test/a", h: [["b", "c"]], n: 1n }]);
	});
	it("does not show the token to the program", async () => {
		record(valueAnswer(null));
		const program = `export default async (input, env) => { await env.files.list("/"); const seen = new Set(); let text = ""; const look = (v, d) => { if (d > 4 || v === null || (typeof v !== "object" && typeof v !== "function") || seen.has(v)) return; seen.add(v); for (const k of Reflect.ownKeys(v)) { try { text += String(k) + String(v[k]); look(v[k], d + 1); } catch {} } }; look(env, 0); return text; }`;
		expect(await resultOf(workerd, program, { grants: [files] })).not.toContain("token-of");
	});
	it("lets calls run at the same time", async () => {
		const waiting: (() => void)[] = [];
		workerd.answerWith(
			(call) =>
				new Promise((resolve) => {
					waiting.push(() => resolve(valueAnswer(call.args)));
					if (waiting.length === 3) for (const release of waiting) release();
				}),
		);
		expect(
			await resultOf(workerd, `export default (input, env) => Promise.all([1, 2, 3].map((n) => env.files.readText(n)))`, {
				grants: [files],
			}),
		).toEqual(["[1]", "[2]", "[3]"]);
	});
});

describe("a call that fails", () => {
	const denied = JSON.stringify({ kind: "error", code: "egress_denied", message: "no such host", hint: "use a.test" });
	it("throws an Error with code, message and hint that the program can catch", async () => {
		record(denied);
		const program = `export default async (input, env) => { try { await env.files.list("/"); } catch (e) { return [e instanceof Error, e.name, e.code, e.message, e.hint, String(e)]; } }`;
		expect(await resultOf(workerd, program, { grants: [files] })).toEqual([
			true,
			"CordonError",
			"egress_denied",
			"no such host",
			"use a.test",
			"CordonError: no such host",
		]);
	});
	it("has as details what the host says of it as data, and none where the host says nothing", async () => {
		const details = { level: "agent", window: "day", dimension: "calls", limit: 100, left: 0, wanted: 1, resetsAtMs: 1_795_305_600_000 };
		const program = `export default async (input, env) => {
			Object.defineProperty(Object.prototype, "details", { get() { return "forged"; }, configurable: true });
			try { await env.files.list("/"); } catch (e) { return [e.code, Object.hasOwn(e, "details") ? e.details : "none"]; }
		}`;
		record(JSON.stringify({ kind: "error", code: "budget_exceeded", message: "none left", hint: "", details }));
		expect(await resultOf(workerd, program, { grants: [files] })).toEqual(["budget_exceeded", details]);
		record(denied);
		expect(await resultOf(workerd, program, { grants: [files] })).toEqual(["egress_denied", "none"]);
	});
	it("is the run's code when nobody catches it, with the program's line", async () => {
		record(denied);
		const error = await errorOf(
			workerd,
			`export default async (input, env) => {\n\tconst list = async () => {\n\t\treturn await env.files.list("/");\n\t};\n\tawait list();\n};`,
			{ grants: [files] },
		);
		expect(error).toMatchObject({ code: "egress_denied", message: "no such host", hint: "use a.test" });
		expect(error.stack.split("\n")).toEqual(["    at async list (main.ts:3:10)", "    at async default (main.ts:5:2)"]);
	});
	it("is program_threw when the program wraps it in an error of its own", async () => {
		record(denied);
		const error = await errorOf(
			workerd,
			`export default (input, env) => env.files.list("/").catch((cause) => { throw new Error("wrapped", { cause }); })`,
			{ grants: [files] },
		);
		expect(error).toMatchObject({ code: "program_threw", message: "wrapped\n  cause: CordonError: no such host" });
	});
});

describe("asking for what env does not have", () => {
	const hinted = "env has: web (fetch), files (readText, list).";
	it.each([
		["env.files.readFile('/a')", hinted],
		["env.nope.readText('/a')", hinted],
		["env.nope()", hinted],
		["null.x", ""],
		["(() => { throw new Error('env.files.readFile is not a function'); })()", ""],
	])("%s ends with the hint %j", async (expression, hint) => {
		const error = await errorOf(workerd, `export default async (input, env) => ${expression}`, { grants: [web, files] });
		expect(error).toMatchObject({ code: "program_threw", hint });
	});
	it("says of an env without grants that it has none", async () => {
		expect((await errorOf(workerd, "export default (input, env) => env.files.list('/')")).hint).toBe(
			"env has nothing: this run has no grants.",
		);
	});
});

describe("arguments that cannot be sent", () => {
	const refused: [what: string, args: string, path: string][] = [
		["a function", "'/a', { onChunk() {} }", "arguments[1].onChunk"],
		["another grant", "env.files", "arguments[0].readText"],
		["a promise", "Promise.resolve(1)", "arguments[0]"],
		["a cycle", "(() => { const a = []; a.push(a); return a; })()", "arguments[0][0]"],
		["a throwing getter", "{ get a() { throw 1 } }", "arguments[0].a"],
	];
	it.each(refused)("%s is refused by its path, and no call is made", async (_what, args, path) => {
		const calls = record(valueAnswer(null));
		const error = await errorOf(workerd, `export default (input, env) => env.files.list(${args})`, { grants: [files] });
		expect(error.code).toBe("invalid_arguments");
		expect(error.hint).toContain("Pass JSON, Date");
		expect(error.message).toContain(`env.files.list: ${path} cannot be sent: `);
		expect(calls).toEqual([]);
	});
	it("too large is refused at the limit", async () => {
		const calls = record(valueAnswer(null));
		const fits = LIMITS.argumentBytes - 4;
		await resultOf(workerd, `export default (input, env) => env.files.list("x".repeat(${fits}))`, { grants: [files] });
		expect(calls.length).toBe(1);
		expect(
			await errorOf(workerd, `export default (input, env) => env.files.list("x".repeat(${fits + 1}))`, { grants: [files] }),
		).toMatchObject({ code: "invalid_arguments", hint: expect.stringContaining("Send less at once") });
		expect(calls.length).toBe(1);
	});
});
