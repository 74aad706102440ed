import { describe, expect, test } from "vitest";
import { mappingFault } from "../../../contract/input-mapping.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { encodeValue } from "../../../contract/tagged-json.ts";
import { mapInput } from "../../../worker/triggers/map-input.ts";
import { parseBody } from "../../../worker/triggers/parse-body.ts";
import { schemes } from "../../../worker/triggers/schemes/schemes.ts";
import { shownHeaders } from "../../../worker/triggers/shown-headers.ts";
import { bytesOf, settingsOf } from "./signing.ts";

const read = (type: string | null, body: string | Uint8Array) => parseBody(type, typeof body === "string" ? bytesOf(body) : body);
const FORM = "application/x-www-form-urlencoded";

describe("parseBody()", () => {
	test("reads JSON of every kind, and what looks like it where no type is given", () => {
		for (const type of ["application/json", "APPLICATION/JSON; charset=utf-8", "application/cloudevents+json", null])
			expect(read(type, '{"a":[1]}')).toEqual({ kind: "parsed", body: { a: [1] } });
		expect(read(null, "hello")).toEqual({ kind: "parsed", body: { text: "hello" } });
		expect(read("text/plain", "{}")).toEqual({ kind: "parsed", body: { text: "{}" } });
		expect(read("application/json", "")).toEqual({ kind: "parsed", body: null });
		expect(read("application/octet-stream", new Uint8Array([255]))).toEqual({ kind: "parsed", body: { base64: "/w==" } });
	});

	test("reads a form's fields, and the JSON in its payload", () => {
		expect(read(FORM, "command=%2Fdeploy&text=a+b&x=1&x=2")).toEqual({
			kind: "parsed",
			body: { command: "/deploy", text: "a b", x: ["1", "2"] },
		});
		expect(read(`${FORM}; charset=utf-8`, `payload=${encodeURIComponent('{"type":"block_actions"}')}`)).toEqual({
			kind: "parsed",
			body: { type: "block_actions" },
		});
	});

	test("refuses JSON that is none, too deep or too large, and forms of too many fields", () => {
		const bodies: readonly [string, string][] = [
			["application/json", "{"],
			["application/json", '{"a":NaN}'],
			["application/json", "[".repeat(LIMITS.jsonDepth + 1)],
			["application/json", `[${"1,".repeat(LIMITS.jsonNodes)}1]`],
			[FORM, "a=1&".repeat(LIMITS.hookFormFields + 1)],
			[FORM, "payload={"],
		];
		for (const [type, body] of bodies) expect(read(type, body).kind, body.slice(0, 20)).toBe("refused");
		expect(read("application/json", new Uint8Array([0x22, 0xff, 0x22])).kind).toBe("refused");
	});

	test("names that every object has are names like others", () => {
		const form = read(FORM, "__proto__=1&constructor=2&toString=3");
		expect(form.kind === "parsed" ? Object.keys(Object(form.body)) : []).toEqual(["__proto__", "constructor", "toString"]);
	});
});

describe("shownHeaders()", () => {
	test("leaves out what proves who somebody is, what proxies add, and the scheme's signature", () => {
		const headers = new Headers({
			...{ Authorization: "Bearer x", Cookie: "a=b", "Proxy-Authorization": "x", "X-Api-Key": "k", "X-Hub-Signature-256": "sha256=00" },
			...{ "x-hub-signature": "sha1=00", "cf-connecting-ip": "192.0.2.1", "X-Forwarded-For": "192.0.2.1", "cordon-hops": "1" },
			...{ "X-GitHub-Event": "issues", "User-Agent": "GitHub-Hookshot/1", "Content-Type": "application/json" },
		});
		expect(shownHeaders(headers, schemes.github.signatureHeaders(settingsOf()))).toEqual({
			"content-type": "application/json",
			"user-agent": "GitHub-Hookshot/1",
			"x-github-event": "issues",
		});
	});

	test("is bounded in number and length", () => {
		const headers = new Headers(Array.from({ length: 200 }, (_, index) => [`x-h${index}`, "1"]));
		headers.set("x-a", "1".repeat(LIMITS.hookHeaderChars + 1));
		headers.set("x-b", "1".repeat(LIMITS.hookHeaderChars));
		const shown = shownHeaders(headers, []);
		expect(Object.keys(shown)).toHaveLength(LIMITS.hookHeaders);
		expect(shown).toHaveProperty("x-b");
		expect(shown).not.toHaveProperty("x-a");
	});
});

describe("mapInput()", () => {
	const args = [{ issue: { number: 7, labels: [{ name: "bug" }], "a.b": null } }, { "x-github-event": "issues" }];

	test("replaces references wherever they stand, and leaves the rest", () => {
		const mapping = {
			number: { $from: "0.issue.number" },
			list: [{ $from: "0.issue.labels.0.name" }, 1, "text", null],
			event: { $from: ["1", "x-github-event"] },
			dotted: { $from: ["0", "issue", "a.b"], default: 1 },
			all: { $from: "0" },
			fixed: { from: "0.issue" },
		};
		expect(mappingFault(mapping)).toBeNull();
		expect(mapInput(mapping, args)).toEqual({
			number: 7,
			list: ["bug", 1, "text", null],
			event: "issues",
			dotted: null,
			all: args[0],
			fixed: { from: "0.issue" },
		});
	});

	test("a path that leads nowhere is null, or its default", () => {
		expect(mapInput([{ $from: "0.nothing.there" }, { $from: "0.issue.number.x", default: { a: [] } }], args)).toEqual([null, { a: [] }]);
	});

	test("nothing inherited is found", () => {
		for (const path of ["0.constructor", "0.issue.__proto__", "0.issue.labels.length", "0.toString", "1.hasOwnProperty"])
			expect(mapInput({ $from: path }, args), path).toBeNull();
	});

	test("what a payload says is data, also where it looks like a reference", () => {
		expect(mapInput({ $from: "0" }, [{ $from: "1" }, { secret: 1 }])).toEqual({ $from: "1" });
	});

	test("what unfolds to very much is refused by whoever encodes it, at once", () => {
		const large = { text: "x".repeat(1024 * 1024) };
		const mapping = Array.from({ length: 1_000 }, () => ({ $from: "0" }));
		expect(mappingFault(mapping)).toBeNull();
		const encoded = encodeValue(mapInput(mapping, [large]), { bytes: LIMITS.bodyBytes, depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
		expect(encoded).toMatchObject({ kind: "refused", code: "too_large" });
	});

	test("faults are told with their place", () => {
		expect(mappingFault({ a: [{ $from: "2.x" }] })).toMatchObject({ path: ["a", 0] });
		for (const wrong of [
			{ $from: 5 },
			{ $from: "" },
			{ $from: "issue" },
			{ $from: "0..a" },
			{ $from: [] },
			{ $from: ["0", 1] },
			{ $from: "0", also: 1 },
			{ $from: "00" },
		])
			expect(mappingFault(wrong), JSON.stringify(wrong)).not.toBeNull();
		const deep = JSON.parse(`${"[".repeat(LIMITS.hookMappingDepth + 1)}${"]".repeat(LIMITS.hookMappingDepth + 1)}`);
		expect(mappingFault(deep)?.wanted).toContain("levels");
		expect(mappingFault("x".repeat(LIMITS.hookMappingChars))?.wanted).toContain("characters");
	});
});

describe("handshakes and events", () => {
	const message = (headers: Record<string, string>, body: unknown) => ({ headers: new Headers(headers), bytes: bytesOf(""), body });

	test("Slack's challenge is said back, if it is one and of a length that Slack's have", () => {
		const { handshake } = schemes.slack;
		expect(handshake(message({}, { type: "url_verification", challenge: "3eZbrw1a" }))).toEqual({ challenge: "3eZbrw1a" });
		for (const body of [
			{ type: "event_callback", challenge: "x" },
			{ type: "url_verification" },
			{ type: "url_verification", challenge: 7 },
			{ type: "url_verification", challenge: "x".repeat(LIMITS.hookChallengeChars + 1) },
			null,
			"url_verification",
		])
			expect(handshake(message({}, body))).toBeNull();
	});

	test("GitHub's ping is answered, other events are not", () => {
		expect(schemes.github.handshake(message({ "x-github-event": "ping" }, {}))).toEqual({ ok: "pong" });
		expect(schemes.github.handshake(message({ "x-github-event": "issues" }, {}))).toBeNull();
	});

	test("each scheme says what kind of event it is", () => {
		expect(schemes.github.eventOf(message({ "x-github-event": "issues" }, {}))).toBe("issues");
		expect(schemes.stripe.eventOf(message({}, { type: "invoice.paid" }))).toBe("invoice.paid");
		expect(schemes.standard.eventOf(message({}, { type: "user.created" }))).toBe("user.created");
		expect(schemes.slack.eventOf(message({}, { type: "event_callback", event: { type: "app_mention" } }))).toBe("app_mention");
		expect(schemes.slack.eventOf(message({}, { type: "block_actions" }))).toBe("block_actions");
		for (const body of [null, 1, "x", [], { type: 7 }]) expect(schemes.stripe.eventOf(message({}, body))).toBe("");
	});

	test("a repeat is known by its id where that is signed, and by its body where it is not", () => {
		const keys = (name: "github" | "slack" | "stripe", headers: Record<string, string>, body: unknown) =>
			schemes[name].identify({ headers: new Headers(headers), bytes: bytesOf(JSON.stringify(body)), body }, settingsOf()).keys;
		expect(keys("github", { "x-github-delivery": "a" }, { a: 1 })).toEqual(keys("github", { "x-github-delivery": "b" }, { a: 1 }));
		expect(keys("github", { "x-github-delivery": "a" }, { a: 1 })).not.toEqual(keys("github", { "x-github-delivery": "a" }, { a: 2 }));
		expect(keys("stripe", {}, { id: "evt_1", a: 1 })).toEqual(keys("stripe", {}, { id: "evt_1", a: 2 }));
		expect(keys("stripe", {}, { a: 1 })).not.toEqual(keys("stripe", {}, { a: 2 }));
		expect(keys("slack", {}, { event_id: "Ev1" })[0]).toBe("id:Ev1");
		expect(keys("slack", { "x-slack-request-timestamp": "1" }, { a: 1 })).toEqual(
			keys("slack", { "x-slack-request-timestamp": "2" }, { a: 1 }),
		);
	});
});
