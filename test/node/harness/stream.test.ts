import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeValue } from "../../../contract/tagged-json.ts";
import type { GateFrame, GrantShape } from "../../../worker/executor/protocol.ts";
import { errorOf, resultOf } from "./run-program.ts";
import { startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const llm: GrantShape = { name: "llm", verb: "ai.complete", methods: ["stream", "complete"], streams: ["stream"] };
const grants = [llm];

const encoded = (value: unknown): string => {
	const encoding = encodeValue(value);
	if (encoding.kind === "refused") throw new Error(encoding.message);
	return encoding.text;
};
const part = (value: unknown): GateFrame => ({ kind: "part", value: encoded(value), atMs: null });
const end = (value: unknown): GateFrame => ({ kind: "value", value: encoded(value), atMs: null });
const failure: GateFrame = { kind: "error", code: "upstream_failed", message: "the model stopped", hint: "Try again.", atMs: null };
const answerFrames = (...frames: GateFrame[]): void =>
	workerd.answerWith(() => frames.map((frame) => `${JSON.stringify(frame)}\n`).join(""));

describe("a method that answers in parts", () => {
	it("gives the parts in order, then the value as result", async () => {
		answerFrames(part("Grüße "), part({ text: "aus\n" }), end({ tokens: 3 }));
		const program = `export default async (input, env) => { const stream = env.llm.stream("hi"); const parts = []; for await (const each of stream) parts.push(each); return [parts, await stream.result, await stream.result]; }`;
		expect(await resultOf(workerd, program, { grants })).toEqual([["Grüße ", { text: "aus\n" }], { tokens: 3 }, { tokens: 3 }]);
	});
	it("gives its value to a program that does not read the parts", async () => {
		answerFrames(part(1), part(2), end("all"));
		expect(await resultOf(workerd, `export default (input, env) => env.llm.stream().result`, { grants })).toBe("all");
	});
	it("throws the call's error after the parts that came before it", async () => {
		answerFrames(part(1), failure);
		const program = `export default async (input, env) => { const parts = []; try { for await (const each of env.llm.stream()) parts.push(each); } catch (error) { return [parts, error.code, error.message]; } }`;
		expect(await resultOf(workerd, program, { grants })).toEqual([[1], "upstream_failed", "the model stopped"]);
	});
	it("leaves nothing behind when its reader stops early", async () => {
		answerFrames(part(1), part(2), end(3));
		const program = `export default async (input, env) => { for (let index = 0; index < 100; index += 1) for await (const each of env.llm.stream()) break; return "done"; }`;
		expect(await resultOf(workerd, program, { grants })).toBe("done");
	});
	it("refuses arguments that cannot be sent before anything is asked", async () => {
		answerFrames(end(1));
		const program = `export default (input, env) => env.llm.stream(() => 1).result`;
		expect(await errorOf(workerd, program, { grants })).toMatchObject({ code: "invalid_arguments" });
	});
	it("works when the program has patched every prototype it can", async () => {
		answerFrames(part("a"), end("b"));
		const program = `
			for (const prototype of [ReadableStream.prototype, TextDecoder.prototype, String.prototype, Object.prototype, Promise.prototype])
				for (const key of ["getReader", "read", "decode", "indexOf", "slice", "done", "value", "kind"])
					try { Object.defineProperty(prototype, key, { get() { return () => { throw new Error("patched"); }; }, configurable: true }); } catch {}
			export default async (input, env) => { const parts = []; const stream = env.llm.stream(); for await (const each of stream) parts[parts.length] = each; return [parts, await stream.result]; }`;
		expect(await resultOf(workerd, program, { grants })).toEqual([["a"], "b"]);
	});
});
