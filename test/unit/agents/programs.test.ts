import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { Program } from "../../../contract/runs.ts";
import { insertAgent, agentObject } from "../../../worker/agents/agent-registry.ts";
import { newId } from "../../../contract/ids.ts";
import { type AgentUnderTest, makeAgent, stubOf } from "./agent-under-test.ts";

const answering = (answer: number): string => `export default async () => ${answer};`;

const store = (agent: AgentUnderTest, program: Program, activate = false, language: "javascript" | "typescript" = "typescript") =>
	agent.object.storeProgram(agent.entry, { program, language, note: null }, activate);
const stored = async (agent: AgentUnderTest, program: Program, activate = false) => {
	const answer = await store(agent, program, activate);
	if (answer.kind === "refused") throw new Error(answer.message);
	return answer;
};
const numbers = async (agent: AgentUnderTest): Promise<number[]> =>
	(await agent.object.listPrograms(agent.entry, null, 200)).map(({ version }) => version);
const activeOf = async (agent: AgentUnderTest) => {
	const now = await agent.object.agent(agent.entry);
	return { version: now?.programVersion, program: now?.program };
};

const bear = async (program: Program | null): Promise<Pick<AgentUnderTest, "entry" | "object">> => {
	const birth = { name: "born", policy: { grants: {} }, program, language: "typescript", budget: { limits: {} } } as const;
	const entry = await insertAgent(env, newId("ten"), birth, Date.now());
	return { entry, object: agentObject(env, entry) };
};

describe("storing a program", () => {
	it("numbers versions from 1, activates none of itself, and lists them newest first", async () => {
		const agent = await makeAgent();
		const first = await stored(agent, answering(1));
		const second = await stored(agent, answering(2));
		expect([first.version.version, second.version.version]).toEqual([1, 2]);
		expect(second).toMatchObject({ isNew: true, version: { active: false, bytes: answering(2).length, agent: agent.entry.agentId } });
		expect(second.version.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
		expect(await numbers(agent)).toEqual([2, 1]);
		expect((await agent.object.listPrograms(agent.entry, 2, 1)).map(({ version }) => version)).toEqual([1]);
		expect(await activeOf(agent)).toEqual({ version: null, program: null });
	});

	it("answers the newest version when it is the same program in the same language, and no other one", async () => {
		const agent = await makeAgent();
		const first = await stored(agent, answering(1));
		const again = await stored(agent, { main: "main.ts", modules: { "main.ts": answering(1) } }, true);
		expect(again).toMatchObject({ isNew: false, version: { ...first.version, active: true } });
		const other = await store(agent, answering(1), false, "javascript");
		expect(other).toMatchObject({ isNew: true, version: { version: 2, language: "javascript" } });
		expect((await stored(agent, answering(1))).version.version).toBe(3);
	});

	it("never gives a number twice, also after the newest was deleted", async () => {
		const agent = await makeAgent();
		await stored(agent, answering(1));
		await stored(agent, answering(2));
		expect(await agent.object.deleteProgram(agent.entry, 2, [])).toMatchObject({ version: 2 });
		expect(await agent.object.getProgram(agent.entry, 2)).toBeNull();
		expect((await stored(agent, answering(2))).version.version).toBe(3);
		expect(await numbers(agent)).toEqual([3, 1]);
	});

	it("gives its text back as it came, of the largest program too", async () => {
		const agent = await makeAgent();
		const longest = `export default () => "${"é".repeat(LIMITS.programBytes - 40)}";`;
		const { version } = await stored(agent, longest);
		expect(version.bytes).toBe(new TextEncoder().encode(longest).byteLength);
		expect((await agent.object.getProgram(agent.entry, version.version))?.program).toBe(longest);
		const modules = {
			main: "a.ts",
			modules: { "a.ts": 'import { b } from "./b.ts"; export default () => b;', "b.ts": "export const b = 1;" },
		};
		const several = await stored(agent, modules);
		expect((await agent.object.getProgram(agent.entry, several.version.version))?.program).toEqual(modules);
	});

	it("takes as many versions as an agent may have, and refuses one more until one is deleted", async () => {
		const agent = await makeAgent();
		await stored(agent, answering(0));
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			for (let version = 2; version < LIMITS.programVersions; version += 1) {
				storage.sql.exec("INSERT INTO programs VALUES (?, 'sha256:x', 'typescript', 1, NULL, 1, '\"x\"')", version);
			}
			storage.sql.exec(
				"UPDATE facts SET value = json_set(value, '$.lastProgramVersion', ?) WHERE name = 'configuration'",
				LIMITS.programVersions - 1,
			);
		});
		await evictDurableObject(stubOf(agent));
		expect((await stored(agent, answering(1))).version.version).toBe(LIMITS.programVersions);
		const refused = await store(agent, answering(2));
		expect(refused).toMatchObject({ kind: "refused", code: "conflict", message: expect.stringContaining("delete some") });
		expect(await agent.object.change(agent.entry, { program: answering(2) })).toMatchObject({ kind: "refused", code: "conflict" });
		expect((await agent.object.agent(agent.entry))?.programVersion).toBeNull();
		await agent.object.deleteProgram(agent.entry, 1, []);
		expect((await stored(agent, answering(2))).version.version).toBe(LIMITS.programVersions + 1);
	});

	it("takes versions up to the bytes that an agent may have, and not one byte more", async () => {
		const agent = await makeAgent();
		await stored(agent, answering(0));
		const next = answering(1);
		const fill = (bytes: number) =>
			runInDurableObject(stubOf(agent), (_instance, { storage }) => storage.sql.exec("UPDATE programs SET bytes = ?", bytes).rowsWritten);
		await fill(LIMITS.programVersionsBytes - next.length + 1);
		expect(await store(agent, next)).toMatchObject({ kind: "refused", code: "conflict" });
		await fill(LIMITS.programVersionsBytes - next.length);
		expect(await store(agent, next)).toMatchObject({ kind: "stored" });
	});

	it("is refused for an archived agent", async () => {
		const agent = await makeAgent();
		await agent.object.stop(agent.entry, "archived");
		expect(await store(agent, answering(1))).toMatchObject({ kind: "refused", code: "conflict" });
	});
});

describe("activating a version", () => {
	it("makes it the agent's program with its language, and leads back to an earlier one", async () => {
		const agent = await makeAgent();
		await stored(agent, answering(1), true);
		await store(agent, answering(2), true, "javascript");
		expect(await agent.object.agent(agent.entry)).toMatchObject({ programVersion: 2, program: answering(2), language: "javascript" });
		expect(await agent.object.activateProgram(agent.entry, 1)).toMatchObject({ programVersion: 1, language: "typescript" });
		expect(await activeOf(agent)).toEqual({ version: 1, program: answering(1) });
		expect((await agent.object.listPrograms(agent.entry, null, 9)).map(({ active }) => active)).toEqual([false, true]);
	});

	it("of two at once answers each as it left the agent, and the later one stays", async () => {
		const agent = await makeAgent();
		for (const answer of [1, 2]) await stored(agent, answering(answer));
		const both = await Promise.all([1, 2].map((version) => agent.object.activateProgram(agent.entry, version)));
		expect(both).toMatchObject([
			{ programVersion: 1, program: answering(1) },
			{ programVersion: 2, program: answering(2) },
		]);
		expect(await activeOf(agent)).toEqual({ version: 2, program: answering(2) });
	});

	it("of one that there is not is refused with those that there are", async () => {
		const agent = await makeAgent();
		const none = {
			kind: "refused",
			code: "not_found",
			message: expect.stringContaining("found 1, wanted one of the agent's versions, of which"),
		};
		expect(await agent.object.activateProgram(agent.entry, 1)).toMatchObject(none);
		for (const answer of [1, 2, 3]) await stored(agent, answering(answer));
		const message = "Activating a program: version: found 7, wanted one of the agent's versions 1 to 3 that is not deleted";
		expect(await agent.object.activateProgram(agent.entry, 7)).toMatchObject({ kind: "refused", code: "not_found", message });
		expect((await activeOf(agent)).version).toBeNull();
	});

	it("leaves runs that were admitted before with the program that they were admitted with", async () => {
		const agent = await makeAgent();
		await stored(agent, answering(1), true);
		const program = { main: "main.js", modules: { "main.js": answering(1) }, sources: {} };
		const command = agent.command({ program, programVersion: 1, executesUpToMs: 0 });
		expect(await agent.object.admit(agent.entry, command)).toMatchObject({ kind: "queue", run: { programVersion: 1, isolation: "fresh" } });
		await stored(agent, answering(2), true);
		await agent.object.deleteProgram(agent.entry, 1, []);
		expect(await agent.object.claim(agent.entry, command.runId)).toMatchObject({ program });
		expect(await agent.object.run(command.runId)).toMatchObject({ programVersion: 1 });
	});
});

describe("deleting a version", () => {
	it("is refused for the active one, and for one that something starts, which is named", async () => {
		const agent = await makeAgent();
		await stored(agent, answering(1), true);
		await stored(agent, answering(2));
		expect(await agent.object.deleteProgram(agent.entry, 1, [])).toMatchObject({ kind: "refused", code: "conflict" });
		const pin = { kind: "trigger", id: "trg_1", programVersion: 2 } as const;
		expect(await agent.object.deleteProgram(agent.entry, 2, [{ ...pin, programVersion: 1 }, pin])).toMatchObject({
			...{ kind: "refused", code: "conflict", details: { trigger: "trg_1" }, message: expect.stringContaining("trigger trg_1") },
		});
		expect(await numbers(agent)).toEqual([2, 1]);
		expect(await agent.object.deleteProgram(agent.entry, 3, [])).toMatchObject({ kind: "refused", code: "not_found" });
	});
});

describe("an agent's program", () => {
	it("that it is made with is version 1, active", async () => {
		const born = await bear(answering(1));
		expect(await born.object.agent(born.entry)).toMatchObject({ programVersion: 1, program: answering(1), isolation: "fresh" });
		expect(await born.object.listPrograms(born.entry, null, 9)).toMatchObject([{ version: 1, active: true }]);
		const bare = await bear(null);
		expect(await bare.object.agent(bare.entry)).toMatchObject({ programVersion: null, program: null });
		expect(await bare.object.listPrograms(bare.entry, null, 9)).toEqual([]);
	});

	it("when it is changed becomes a new version, active; the same again changes nothing; null makes none active", async () => {
		const agent = await makeAgent();
		const change = (program: Program | null) => agent.object.change(agent.entry, { program });
		expect(await change(answering(1))).toMatchObject({ programVersion: 1, program: answering(1) });
		expect(await change(answering(2))).toMatchObject({ programVersion: 2 });
		expect(await change(answering(2))).toMatchObject({ programVersion: 2 });
		await agent.object.activateProgram(agent.entry, 1);
		expect(await change(answering(1))).toMatchObject({ programVersion: 1 });
		expect(await change(answering(2))).toMatchObject({ programVersion: 2 });
		expect(await change(null)).toMatchObject({ programVersion: null, program: null });
		expect(await numbers(agent)).toEqual([2, 1]);
		expect(await agent.object.findProgram(agent.entry, null)).toEqual({ kind: "none" });
		expect(await agent.object.findProgram(agent.entry, 1)).toMatchObject({ kind: "found", program: answering(1), version: 1 });
		expect(await agent.object.findProgram(agent.entry, 5)).toMatchObject({ kind: "missing" });
	});

	it("in another language is another version, active", async () => {
		const agent = await makeAgent();
		await agent.object.change(agent.entry, { program: answering(1) });
		expect(await agent.object.change(agent.entry, { language: "javascript" })).toMatchObject({
			...{ programVersion: 2, language: "javascript", program: answering(1) },
		});
		expect(await agent.object.change(agent.entry, { language: "javascript", isolation: "warm" })).toMatchObject({
			...{ programVersion: 2, isolation: "warm" },
		});
	});

	it("stays as it was when the change is refused for another reason", async () => {
		const agent = await makeAgent();
		await stored(agent, answering(1), true);
		await expect(
			runInDurableObject(stubOf(agent), async () =>
				agent.object.change(agent.entry, { program: answering(2), policy: { grants: { a: { verb: "none" } } } }),
			),
		).rejects.toThrow();
		expect(await numbers(agent)).toEqual([1]);
		expect(await activeOf(agent)).toEqual({ version: 1, program: answering(1) });
	});
});
