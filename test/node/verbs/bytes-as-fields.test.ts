import { expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { CATALOGUE } from "../../../worker/verbs/catalogue.ts";
import type { BoundGrant } from "../../../worker/verbs/verb.ts";
import { RESOURCES } from "./granted-sql.ts";

const bind = (grant: { verb: string }): BoundGrant => {
	const verb = CATALOGUE.get(grant.verb);
	if (verb === undefined) throw new Error(`there is no verb ${grant.verb}`);
	return verb.bind(verb.grantSchema.parse(grant));
};

/** Bytes that cannot be asked for the names of their properties, of which a program's megabyte has a million. */
const bytes = new Proxy(new Uint8Array(8), {
	ownKeys: () => {
		throw new Error("somebody listed the bytes as fields");
	},
});

const sql = { verb: "sql.query", dataset: "sales", mode: "read" };
const ONE = [{ fn: "count" }];
const SIGNER = { verb: "crypto.sign", secret: "s", algorithm: "ed25519" };
const WEBHOOK = { verb: "crypto.webhook", secret: "s" };
const CHILD = { verb: "agent.run", agent: "self", budget: { calls: 1, cpuMs: 1, wallMs: 1, usdMicros: 1 } };
const TOKENS = {
	verb: "crypto.jwt",
	secret: "s",
	algorithm: "HS256",
	issuer: "i",
	audience: "a",
	maxLifetimeSeconds: 60,
	claims: { type: "object" },
};
test.for([
	["files", { verb: "files", mounts: { "/workspace/output": "write" } }, ["readBytes", "read", "handle"], [["/workspace/output/a", bytes]]],
	["state", { verb: "state", prefix: "", mode: "write" }, ["list"], [[bytes]]],
	["state", { verb: "state", prefix: "", mode: "write" }, ["put"], [["k", 1, bytes]]],
	["state", { verb: "state", prefix: "", mode: "write" }, ["delete"], [["k", bytes]]],
	["sql.query", sql, ["query", "queryRows"], [["select 1", [], bytes]]],
	[
		"sql.query",
		{ ...sql, minGroup: 5 },
		["aggregate"],
		[
			[bytes],
			[{ from: "orders", aggregates: [bytes] }],
			[{ from: "orders", aggregates: ONE, orderBy: bytes }],
			[{ from: "orders", aggregates: ONE, where: [bytes] }],
		],
	],
	["ai.complete", { verb: "ai.complete", models: ["m"] }, ["complete", "stream"], [[bytes], [{ messages: [bytes] }]]],
	["human.ask", { verb: "human.ask" }, ["ask"], [[bytes]]],
	["crypto.sign", SIGNER, ["sign"], [["x", bytes]]],
	["crypto.sign", SIGNER, ["verify"], [["x", "y", bytes]]],
	["crypto.seal", { verb: "crypto.seal", secret: "s" }, ["encrypt", "decrypt"], [["x", bytes]]],
	["crypto.webhook", WEBHOOK, ["sign", "verify"], [[bytes]]],
	["crypto.jwt", TOKENS, ["sign"], [[bytes], [{}, bytes]]],
	["agent.run", CHILD, ["run"], [[bytes]]],
] as const)("%s refuses bytes where fields are wanted without listing them", ([, grant, methods, all]) => {
	for (const method of methods)
		for (const args of all)
			expect(bind(grant).prepare(method, args, RESOURCES)).toMatchObject({ kind: "invalid", message: expect.stringContaining("argument") });
});

const fields = (count: number): Record<string, number> =>
	Object.fromEntries(Array.from({ length: count }, (_, index) => [`strange${index}`, 1]));

test("an object of strange fields is told the first of a few of them, and none of many", () => {
	const signer = bind(SIGNER);
	const few = signer.prepare("sign", ["x", fields(LIMITS.strangeFields + 1)], RESOURCES);
	expect(few).toMatchObject({ kind: "invalid", message: expect.stringContaining("the field") });
	const many = signer.prepare("sign", ["x", fields(LIMITS.strangeFields + 2)], RESOURCES);
	expect(many).toMatchObject({ kind: "invalid", message: expect.not.stringContaining("the field") });
});

test("a Map or a Date is no object that leaves all fields out", () => {
	for (const value of [new Map([["budget", {}]]), new Date(0)]) {
		const grant = bind(CHILD);
		expect(grant.prepare("run", [value], RESOURCES)).toMatchObject({ kind: "invalid" });
	}
});

test("claims of more fields than their bytes can hold are refused, and headers of more than are looked at", () => {
	expect(bind(TOKENS).prepare("sign", [fields(LIMITS.jwtClaimBytes / 4 + 1)], RESOURCES)).toMatchObject({ kind: "invalid" });
	const webhook = bind(WEBHOOK);
	expect(webhook.prepare("verify", [fields(LIMITS.webhookHeaders + 1), "x"], RESOURCES)).toMatchObject({ kind: "invalid" });
});
