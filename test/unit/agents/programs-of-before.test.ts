import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { prepareTables } from "../../../worker/agents/object/tables.ts";
import { makeAgent, stubOf } from "./agent-under-test.ts";

/** How many steps made the tables before there were versions. */
const STEPS_BEFORE = 6;

/** An agent whose object was left as the version before this one leaves it. */
const agentOfBefore = async (program: string | null) => {
	const agent = await makeAgent();
	const configuration = {
		...{ ...agent.entry, status: "active", policyVersion: 1, disabledGrants: [], program, language: "javascript", budget: { limits: {} } },
		...{ createdAtMs: 1, updatedAtMs: 2, revision: 3 },
	};
	await runInDurableObject(stubOf(agent), async (_instance, { storage }) => {
		await storage.deleteAll();
		prepareTables(storage, STEPS_BEFORE);
		expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'programs'").toArray()).toEqual([]);
		storage.sql.exec("INSERT INTO facts (name, value) VALUES ('configuration', ?)", JSON.stringify(configuration));
		storage.sql.exec("INSERT INTO policies (version, policy) VALUES (1, ?)", JSON.stringify({ grants: {} }));
	});
	await evictDurableObject(stubOf(agent));
	return agent;
};

describe("an agent of before there were versions", () => {
	it("has its program as version 1, active, and gives the next one the number 2", async () => {
		const { object, entry } = await agentOfBefore("export default () => 1");
		expect(await object.agent(entry)).toMatchObject({
			...{ programVersion: 1, program: "export default () => 1", language: "javascript", isolation: "fresh" },
		});
		expect(await object.listPrograms(entry, null, 9)).toMatchObject([{ version: 1, active: true, bytes: 22, language: "javascript" }]);
		const again = { program: "export default () => 1", language: "javascript", note: null } as const;
		expect(await object.storeProgram(entry, again, false)).toMatchObject({ isNew: false, version: { version: 1 } });
		const next = { ...again, program: "export default () => 2" };
		expect(await object.storeProgram(entry, next, false)).toMatchObject({ isNew: true, version: { version: 2 } });
	});

	it("without a program has no version", async () => {
		const { object, entry } = await agentOfBefore(null);
		expect(await object.agent(entry)).toMatchObject({ programVersion: null, program: null });
		expect(await object.listPrograms(entry, null, 9)).toEqual([]);
		const given = { program: "export default () => 1", language: "javascript", note: null } as const;
		expect(await object.storeProgram(entry, given, false)).toMatchObject({ version: { version: 1 } });
	});
});
