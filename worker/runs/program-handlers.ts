import { Refusal } from "../../contract/errors.ts";
import { acceptAnswer } from "../agents/accept-answer.ts";
import { agentObject } from "../agents/agent-registry.ts";
import { agentInPath } from "../agents/named-agent.ts";
import { pinsOfTriggers } from "../agents/pins-of-triggers.ts";
import { programDigest, programSource } from "../agents/program-source.ts";
import { pageBy, readNumberCursor } from "../db/page.ts";
import type { Handlers } from "../handler.ts";
import { compileCached } from "./compile-cache.ts";
import { executorOf } from "./start-run.ts";

/** The versions of agents' stored programs: docs/programs.md. */
export const programHandlers: Handlers<"storeProgram" | "listPrograms" | "getProgram" | "activateProgram" | "deleteProgram"> = {
	storeProgram: async ({ env, caller, params, body }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		const agent = await agentObject(env, entry).agent(entry);
		if (agent === null) throw new Refusal("not_found", "Storing a program: there is no such agent");
		const language = body.language ?? agent.language;
		const source = programSource(body.program, language);
		const libraries = agent.policy.libraries ?? [];
		await compileCached(executorOf(env, "Storing a program"), source, entry.tenantId, programDigest(source), libraries);
		const given = { program: body.program, language, note: body.note ?? null };
		const { isNew, version } = acceptAnswer(await agentObject(env, entry).storeProgram(entry, given, body.activate ?? false));
		const location = `/v1/agents/${entry.agentId}/programs/${version.version}`;
		return { status: isNew ? 201 : 200, body: version, headers: { location } };
	},
	listPrograms: async ({ env, caller, params, query }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		const versions = await agentObject(env, entry).listPrograms(entry, readNumberCursor(query.cursor), query.limit + 1);
		return { status: 200, body: pageBy(versions, query.limit, ({ version }) => version) };
	},
	getProgram: async ({ env, caller, params }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		const found = await agentObject(env, entry).getProgram(entry, Number(params.version));
		if (found === null) throw new Refusal("not_found", `Reading a program: the agent has no version ${params.version} (any more)`);
		return { status: 200, body: found };
	},
	activateProgram: async ({ env, caller, params }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		return { status: 200, body: acceptAnswer(await agentObject(env, entry).activateProgram(entry, Number(params.version))) };
	},
	deleteProgram: async ({ env, caller, params }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		const version = Number(params.version);
		const pins = await pinsOfTriggers(env, entry, version);
		return { status: 200, body: acceptAnswer(await agentObject(env, entry).deleteProgram(entry, version, pins)) };
	},
};
