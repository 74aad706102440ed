import { expect, test } from "vitest";
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
] as const)("%s refuses bytes where fields are wanted without listing them", ([, grant, methods, all]) => {
	for (const method of methods)
		for (const args of all)
			expect(bind(grant).prepare(method, args, RESOURCES)).toMatchObject({ kind: "invalid", message: expect.stringContaining("argument") });
});
