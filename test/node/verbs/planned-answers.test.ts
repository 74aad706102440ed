import { describe, expect, test } from "vitest";
import { encodeValue } from "../../../contract/tagged-json.ts";
import { CATALOGUE } from "../../../worker/verbs/catalogue.ts";
import { NO_RESOURCES, type PreparedCall, type Resources } from "../../../worker/verbs/verb.ts";
import { models } from "./completing.ts";
import { RESOURCES as DATASETS } from "./granted-sql.ts";
import { prepared } from "./perform.ts";

const callOf = (
	grant: { readonly verb: string; readonly [field: string]: unknown },
	method: string,
	args: readonly unknown[],
	resources: Resources = NO_RESOURCES,
): PreparedCall => {
	const verb = CATALOGUE.get(grant.verb);
	if (verb === undefined) throw new Error(`${grant.verb} is no verb`);
	return prepared(verb.bind(grant), method, args, resources);
};
const FILES = { verb: "files", mounts: { "/workspace/output": "write" } };
const PATH = "/workspace/output/a.txt";
const STATE = { verb: "state", prefix: "", mode: "write" };
const WEB = { verb: "http.fetch", allow: [{ host: "a.example.com", methods: ["GET", "POST", "PUT"] }] };
const url = "https://a.example.com/x";
const SQL = { verb: "sql.query", dataset: "sales", mode: "write" };
const LLM = { verb: "ai.complete", models: ["fast"] };
const MODELS = models({
	fast: [{ provider: "openai", model: "m", secret: "k", usdMicrosPerMillionInput: 1, usdMicrosPerMillionOutput: 1 }],
});
const SCHEMA = { type: "object", properties: { team: { enum: ["a", "b"] } }, required: ["team"] };
const ANSWER = { usage: { inputTokens: 0, outputTokens: 0, estimated: true }, model: "fast", finishReason: "stop" };
const KEY = { secret: "key", algorithm: "ed25519" };
const HEAD = { status: 200, url, headers: { "content-type": "application/json", "x-cordon-planned": "true" }, bytes: 2 };

type Facts = Pick<PreparedCall, "effect" | "local" | "idempotent" | "planned">;
/** Nothing outside changes, so that a dry run makes them, unless a person would be asked. */
const READ = { effect: "read", local: false, idempotent: true } as const;
/** What is made counts elsewhere, so that a dry run makes none. */
const MAKES = { effect: "write", local: false, idempotent: true } as const;
const JWT = {
	verb: "crypto.jwt",
	secret: "k",
	algorithm: "HS256",
	issuer: "i",
	audience: "a",
	maxLifetimeSeconds: 60,
	claims: { type: "object" },
};
const WEBHOOK = { verb: "crypto.webhook", secret: "k" };
const SEAL = { verb: "crypto.seal", secret: "k" };
const cryptoCases: readonly [what: string, call: PreparedCall, facts: Facts][] = [
	["crypto.sign", callOf({ verb: "crypto.sign", ...KEY }, "sign", ["a"]), { ...MAKES, planned: { signature: "", algorithm: "ed25519" } }],
	["crypto.sign verify", callOf({ verb: "crypto.sign", ...KEY }, "verify", ["a", "b"]), { ...READ, planned: false }],
	[
		"crypto.sign of a schema",
		callOf({ verb: "crypto.sign", ...KEY, payload: { schema: { type: "object" } } }, "sign", [{ b: 1, a: 2 }]),
		{ ...MAKES, planned: { payload: '{"a":2,"b":1}', signature: "", algorithm: "ed25519" } },
	],
	[
		"crypto.webhook",
		callOf(WEBHOOK, "sign", [{ id: "a", body: "b" }]),
		{ ...MAKES, planned: { "webhook-id": "a", "webhook-timestamp": "0", "webhook-signature": "" } },
	],
	["crypto.webhook verify", callOf(WEBHOOK, "verify", [{}, "b"]), { ...READ, planned: false }],
	["crypto.jwt", callOf(JWT, "sign", [{}]), { ...MAKES, planned: "" }],
	["crypto.jwt verify", callOf(JWT, "verify", ["a"]), { ...READ, planned: { valid: false, reason: "signature" } }],
	["crypto.seal", callOf(SEAL, "encrypt", ["a"]), { ...MAKES, planned: "" }],
	["crypto.seal decrypt", callOf(SEAL, "decrypt", ["a"]), { ...READ, planned: "" }],
	["sql.query queryRows", callOf(SQL, "queryRows", ["select 1"], DATASETS), { ...READ, planned: { columns: [], rows: [] } }],
];

const cases: readonly [what: string, call: PreparedCall, facts: Facts][] = [
	["files.readText", callOf(FILES, "readText", [PATH]), { effect: "read", local: true, idempotent: true, planned: "" }],
	["files.readBytes", callOf(FILES, "readBytes", [PATH]), { effect: "read", local: true, idempotent: true, planned: new Uint8Array(0) }],
	["state.list", callOf(STATE, "list", []), { effect: "read", local: false, idempotent: true, planned: { entries: [], nextAfter: null } }],
	["files.writeText", callOf(FILES, "writeText", [PATH, "a"]), { effect: "write", local: true, idempotent: true, planned: null }],
	["files.move", callOf(FILES, "move", [PATH, `${PATH}2`]), { effect: "write", local: true, idempotent: true, planned: null }],
	["files.delete", callOf(FILES, "delete", [PATH]), { effect: "write", local: true, idempotent: true, planned: true }],
	["state.get", callOf(STATE, "get", ["a"]), { effect: "read", local: false, idempotent: true, planned: null }],
	["state.put", callOf(STATE, "put", ["a", 1]), { effect: "write", local: false, idempotent: true, planned: { version: 1 } }],
	[
		"state.put over a version",
		callOf(STATE, "put", ["a", 1, { ifVersion: 7 }]),
		{ effect: "write", local: false, idempotent: true, planned: { version: 8 } },
	],
	["state.delete", callOf(STATE, "delete", ["a"]), { effect: "write", local: false, idempotent: true, planned: true }],
	["http.fetch GET", callOf(WEB, "fetch", [{ url }]), { effect: "read", local: false, idempotent: true, planned: expect.anything() }],
	[
		"http.fetch POST",
		callOf(WEB, "fetch", [{ url, method: "POST" }]),
		{
			effect: "write",
			local: false,
			idempotent: false,
			planned: {
				$response: {
					status: 200,
					url,
					headers: [
						["content-type", "application/json"],
						["x-cordon-planned", "true"],
					],
					body: "{}",
				},
			},
		},
	],
	[
		"http.fetch POST in parts",
		callOf(WEB, "stream", [{ url, method: "POST" }]),
		{ effect: "write", local: false, idempotent: false, planned: HEAD },
	],
	[
		"http.fetch PUT as a handle",
		callOf(WEB, "fetch", [{ url, method: "PUT", as: "handle" }]),
		{ effect: "write", local: false, idempotent: true, planned: { ...HEAD, handle: "", type: "application/octet-stream" } },
	],
	[
		"ai.complete",
		callOf(LLM, "complete", [{ prompt: "a" }], MODELS),
		{ effect: "spend", local: false, idempotent: false, planned: { text: "", ...ANSWER } },
	],
	[
		"ai.complete in parts",
		callOf(LLM, "stream", [{ prompt: "a" }], MODELS),
		{ effect: "spend", local: false, idempotent: false, planned: { text: "", ...ANSWER } },
	],
	[
		"ai.complete with a schema",
		callOf(LLM, "complete", [{ prompt: "a", schema: SCHEMA }], MODELS),
		{ effect: "spend", local: false, idempotent: false, planned: { object: { team: "a" }, ...ANSWER } },
	],
	["sql.query query", callOf(SQL, "query", ["select 1"], DATASETS), { effect: "read", local: false, idempotent: true, planned: [] }],
	["sql.query schema", callOf(SQL, "schema", [], DATASETS), { effect: "read", local: false, idempotent: true, planned: { tables: [] } }],
	[
		"sql.query execute",
		callOf(SQL, "execute", ["delete from orders"], DATASETS),
		{ effect: "write", local: false, idempotent: false, planned: { changes: 0, version: 4 } },
	],
	...cryptoCases,
	[
		"budget.read",
		callOf({ verb: "budget.read" }, "remaining", []),
		{ ...READ, planned: { left: {}, levels: { run: {}, agent: {}, grants: {} } } },
	],
	[
		"human.ask",
		callOf({ verb: "human.ask", answer: SCHEMA }, "ask", [{ question: "a" }]),
		{ effect: "write", local: false, idempotent: true, planned: { team: "a" } },
	],
];

describe("what a dry run and a crash need to know", () => {
	test.each(cases)("%s", (_what, call, facts) => {
		const { effect, local, idempotent, planned } = call;
		expect({ effect, local, idempotent, planned }).toEqual(facts);
		expect(encodeValue(planned, { response: true }).kind).toBe("encoded");
	});

	test("of a denied call: it changes nothing, and acting on it is refused", () => {
		const { local, idempotent, planned, decision } = callOf(FILES, "writeText", ["/etc/passwd", "a"]);
		expect({ local, idempotent, planned, decision: decision.kind }).toEqual({
			local: false,
			idempotent: true,
			planned: null,
			decision: "denied",
		});
	});
});
