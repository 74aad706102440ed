import type { ProgramVersion } from "../../contract/programs.ts";
import { Refusal } from "../../contract/errors.ts";
import { type AgentEntry, agentObject, findAgent } from "../agents/agent-registry.ts";
import type { RefusedAnswer } from "../agents/object/admit-run.ts";
import { pinsOfTriggers } from "../agents/pins-of-triggers.ts";
import { programDigest, programSource } from "../agents/program-source.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { compileCached } from "./compile-cache.ts";
import { executorOf, refusalOf } from "./start-run.ts";

const entryOf = async (env: Env, tenantId: string, id: string): Promise<AgentEntry> => {
	const entry = await findAgent(env, tenantId, id);
	if (entry === null) throw new Refusal("not_found", "Looking up an agent: there is none of that id");
	return entry;
};

/** What came out of an object: a refusal as data becomes one again. */
const accept = <Answer extends object>(answer: Answer | RefusedAnswer): Answer => {
	if (isRefused(answer)) throw refusalOf(answer);
	return answer;
};
const isRefused = (answer: object | RefusedAnswer): answer is RefusedAnswer => "kind" in answer && answer.kind === "refused";

/** The place in a list of versions. A cursor that some other list gave is before all of them. */
const versionBefore = (cursor: string | undefined): number | null => {
	const after = readCursor(cursor);
	return after === null ? null : /^[0-9]{1,9}$/.test(after) ? Number(after) : 0;
};

/** The versions of agents' stored programs: docs/programs.md. */
export const programHandlers: Handlers<"storeProgram" | "listPrograms" | "getProgram" | "activateProgram" | "deleteProgram"> = {
	storeProgram: async ({ env, caller, params, body }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const agent = await agentObject(env, entry).agent(entry);
		if (agent === null) throw new Refusal("not_found", "Storing a program: there is no such agent");
		const language = body.language ?? agent.language;
		const source = programSource(body.program, language);
		const libraries = agent.policy.libraries ?? [];
		await compileCached(executorOf(env, "Storing a program"), source, entry.tenantId, programDigest(source), libraries);
		const given = { program: body.program, language, note: body.note ?? null };
		const { isNew, version } = accept(await agentObject(env, entry).storeProgram(entry, given, body.activate ?? false));
		const location = `/v1/agents/${entry.agentId}/programs/${version.version}`;
		return { status: isNew ? 201 : 200, body: version, headers: { location } };
	},
	listPrograms: async ({ env, caller, params, query }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const versions = await agentObject(env, entry).listPrograms(entry, versionBefore(query.cursor), query.limit + 1);
		const { data, nextCursor } = pageFrom(
			versions.map((version) => ({ id: String(version.version), version })),
			query.limit,
		);
		return { status: 200, body: { data: data.map(({ version }): ProgramVersion => version), nextCursor } };
	},
	getProgram: async ({ env, caller, params }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const found = await agentObject(env, entry).getProgram(entry, Number(params.version));
		if (found === null) throw new Refusal("not_found", `Reading a program: the agent has no version ${params.version} (any more)`);
		return { status: 200, body: found };
	},
	activateProgram: async ({ env, caller, params }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		return { status: 200, body: accept(await agentObject(env, entry).activateProgram(entry, Number(params.version))) };
	},
	deleteProgram: async ({ env, caller, params }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const version = Number(params.version);
		const pins = await pinsOfTriggers(env, entry, version);
		return { status: 200, body: accept(await agentObject(env, entry).deleteProgram(entry, version, pins)) };
	},
};
