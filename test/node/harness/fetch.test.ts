import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
const other: GrantShape = { name: "other", verb: "http.fetch", methods: ["fetch"], streams: [] };
const files: GrantShape = { name: "files", verb: "files", methods: ["readText", "list"], streams: [] };

const valueAnswer = (value: unknown, response = false): string => {
	const encoding = encodeValue(value, { response });
	if (encoding.kind === "refused") throw new Error(encoding.message);
	return JSON.stringify({ kind: "value", value: encoding.text });
};
const page = (body: string | Uint8Array, status = 200): string =>
	valueAnswer(
		{
			$response: {
				status,
				url: "https://x.test/final",
				headers: [
					["content-type", "text/plain"],
					["set-cookie", "a=1"],
					["set-cookie", "b=2"],
				],
				body,
			},
		},
		true,
	);
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

describe("fetch of an http grant", () => {
	const sent = async (call: string, grants = [web]): Promise<{ calls: GateRequest[]; wire: unknown }> => {
		const calls = record(page("ok"));
		await resultOf(workerd, `export default async (input, env) => (await ${call}).text()`, { grants });
		const args = argsOf(calls[0]);
		return { calls, wire: Array.isArray(args) && args.length === 1 ? args[0] : args };
	};
	const requests: [what: string, call: string, wire: object][] = [
		[
			"a string",
			"env.web.fetch('https://x.test/a?b=c#d')",
			{ url: "https://x.test/a?b=c", method: "GET", headers: [], body: null, redirect: "follow" },
		],
		[
			"the one spelling of a URL",
			"env.web.fetch('https://X.test:443/a/%2e/%70ay%c3%a9%2f/é%/%%370?q=%7e%2b%zz&r=%2520+#%70')",
			{ url: "https://x.test/a/pay%C3%A9%2F/%C3%A9%25/%2570?q=~%2B%25zz&r=%2520+" },
		],
		["a URL with an empty query and fragment", "env.web.fetch(new Request('https://x.test/pay?#'))", { url: "https://x.test/pay" }],
		["a URL", "env.web.fetch(new URL('/p', 'https://x.test'))", { url: "https://x.test/p", method: "GET" }],
		[
			"a Request",
			"env.web.fetch(new Request('https://x.test/', { method: 'PUT', body: 'b', redirect: 'manual', headers: { A: '1' } }))",
			{ method: "PUT", body: "b", redirect: "manual" },
		],
		[
			"a Request and an init",
			"env.web.fetch(new Request('https://x.test/', { headers: { a: '1' } }), { method: 'DELETE' })",
			{ method: "DELETE", headers: [["a", "1"]] },
		],
		[
			"headers in each form",
			"env.web.fetch('https://x.test/', { headers: new Headers([['X-One', '1'], ['x-two', '2']]) })",
			{
				headers: [
					["x-one", "1"],
					["x-two", "2"],
				],
			},
		],
		[
			"a text body",
			"env.web.fetch('https://x.test/', { method: 'POST', body: 'größe' })",
			{ body: "größe", headers: [["content-type", "text/plain;charset=UTF-8"]] },
		],
		[
			"bytes",
			"env.web.fetch('https://x.test/', { method: 'POST', body: new Uint8Array([0, 255]) })",
			{ body: new Uint8Array([0, 255]), headers: [] },
		],
		[
			"an ArrayBuffer",
			"env.web.fetch('https://x.test/', { method: 'POST', body: new Uint8Array([1]).buffer })",
			{ body: new Uint8Array([1]) },
		],
		[
			"bytes of JSON by their type",
			"env.web.fetch('https://x.test/', { method: 'POST', headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode('{}') })",
			{ body: "{}" },
		],
		[
			"bytes that only claim to be text",
			"env.web.fetch('https://x.test/', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: new Uint8Array([255]) })",
			{ body: new Uint8Array([255]) },
		],
		[
			"URLSearchParams",
			"env.web.fetch('https://x.test/', { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })",
			{ body: "a=b+c", headers: [["content-type", "application/x-www-form-urlencoded;charset=UTF-8"]] },
		],
		[
			"a Blob",
			"env.web.fetch('https://x.test/', { method: 'POST', body: new Blob(['hi'], { type: 'text/css' }) })",
			{ body: "hi", headers: [["content-type", "text/css"]] },
		],
		[
			"a stream",
			"env.web.fetch('https://x.test/', { method: 'POST', body: new Response('streamed').body })",
			{ body: new TextEncoder().encode("streamed") },
		],
		["redirect: error", "env.web.fetch('https://x.test/', { redirect: 'error' })", { redirect: "error" }],
	];
	it.each(requests)("sends %s as one plain object", async (_what, call, wire) => {
		expect((await sent(call)).wire).toMatchObject(wire);
	});
	it("sends a form as multipart bytes", async () => {
		const { wire } = await sent(
			"env.web.fetch('https://x.test/', { method: 'POST', body: (() => { const f = new FormData(); f.set('a', 'b'); return f; })() })",
		);
		expect(JSON.stringify(wire)).toContain("multipart/form-data; boundary=");
	});
	it("gives a real Response with its url, status, headers and body", async () => {
		record(page(new Uint8Array([104, 105]), 201));
		const program = `export default async (input, env) => { const r = await env.web.fetch("https://x.test/"); return [r instanceof Response, r.ok, r.status, r.url, r.headers.get("content-type"), r.headers.getSetCookie(), await r.clone().text(), new Uint8Array(await r.arrayBuffer())]; }`;
		expect(await resultOf(workerd, program, { grants: [web] })).toEqual([
			true,
			true,
			201,
			"https://x.test/final",
			"text/plain",
			["a=1", "b=2"],
			"hi",
			new Uint8Array([104, 105]),
		]);
	});
	it("gives a Response for a status that has no body", async () => {
		record(page("", 204));
		expect(
			await resultOf(
				workerd,
				`export default async (input, env) => { const r = await env.web.fetch("https://x.test/"); return [r.status, await r.text()]; }`,
				{ grants: [web] },
			),
		).toEqual([204, ""]);
	});
	it.each([
		["a relative URL", "'/a'"],
		["no URL", ""],
		["a GET with a body", "'https://x.test/', { body: 'x' }"],
		["an init that throws", "'https://x.test/', { get method() { throw new Error('own') } }"],
	])("refuses %s as invalid_arguments", async (_what, args) => {
		expect(await errorOf(workerd, `export default (input, env) => env.web.fetch(${args})`, { grants: [web] })).toMatchObject({
			code: "invalid_arguments",
		});
	});
	it("gives up at once when its signal has aborted, without a call", async () => {
		const calls = record(page("ok"));
		const program = `export default async (input, env) => { try { await env.web.fetch("https://x.test/", { signal: AbortSignal.abort() }); } catch (e) { return e.name; } }`;
		expect(await resultOf(workerd, program, { grants: [web] })).toBe("AbortError");
		expect(calls).toEqual([]);
	});
	it("gives up when its signal aborts under way", async () => {
		workerd.answerWith(() => new Promise(() => undefined));
		const program = `export default async (input, env) => { const c = new AbortController(); const p = env.web.fetch(new Request("https://x.test/"), { signal: c.signal }); setTimeout(() => c.abort(new TypeError("enough")), 1); try { await p; } catch (e) { return [e.name, e.message]; } }`;
		expect(await resultOf(workerd, program, { grants: [web] })).toEqual(["TypeError", "enough"]);
	});
});

describe("plain fetch()", () => {
	it("goes through the first http grant as fetchAny, and the host finds the grant that covers it", async () => {
		const calls = record(page("ok"));
		const program = `export default async () => (await fetch("https://y.test/")).text()`;
		expect(await resultOf(workerd, program, { grants: [files, other, web] })).toBe("ok");
		expect(calls).toMatchObject([{ grant: "other", method: "fetchAny" }]);
	});
	it("says what is granted when no http grant is", async () => {
		const error = await errorOf(workerd, `export default () => fetch("https://y.test/")`, { grants: [files] });
		expect(error).toMatchObject({ code: "capability_not_granted", message: expect.stringContaining("It has: env.files (files).") });
	});
	it("says so when nothing is granted", async () => {
		expect(await errorOf(workerd, `export default () => fetch("https://y.test/")`)).toMatchObject({
			code: "capability_not_granted",
			message: expect.stringContaining("no grants at all"),
		});
	});
});
