import { byAgent } from "./agent-ref.ts";
import { Agent } from "./agents.ts";
import { PageQuery, pageOf } from "./common.ts";
import { needs, none, type Operation } from "./operation.ts";
import { ProgramText, ProgramVersion, StoreProgram, VersionInPath } from "./programs.ts";

const byVersion = byAgent.extend({ version: VersionInPath });

/** The operations on the versions of an agent's stored program. */
export const PROGRAM_OPERATIONS = {
	storeProgram: {
		method: "POST",
		path: "/v1/agents/{id}/programs",
		summary:
			"Store a version of the agent's program, once it has been compiled. Runs execute it when it is activated. 200 with the newest version when that is the same program.",
		access: needs("write:agents"),
		params: byAgent,
		query: none,
		body: StoreProgram,
		answers: { 200: ProgramVersion, 201: ProgramVersion },
	},
	listPrograms: {
		method: "GET",
		path: "/v1/agents/{id}/programs",
		summary: "Versions of the agent's program, newest first, without their texts.",
		access: needs("read:agents"),
		params: byAgent,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(ProgramVersion) },
	},
	getProgram: {
		method: "GET",
		path: "/v1/agents/{id}/programs/{version}",
		summary: "One version with its text.",
		access: needs("read:agents"),
		params: byVersion,
		query: none,
		body: null,
		answers: { 200: ProgramText },
	},
	activateProgram: {
		method: "POST",
		path: "/v1/agents/{id}/programs/{version}/activate",
		summary:
			"Let runs that name no program execute this version from now on; also the way back to an earlier one. Runs that go on keep theirs.",
		access: needs("write:agents"),
		params: byVersion,
		query: none,
		body: null,
		answers: { 200: Agent },
	},
	deleteProgram: {
		method: "DELETE",
		path: "/v1/agents/{id}/programs/{version}",
		summary: "Forget a version that is neither active nor pinned by a trigger or schedule.",
		access: needs("write:agents"),
		params: byVersion,
		query: none,
		body: null,
		answers: { 200: ProgramVersion },
	},
} as const satisfies Record<string, Operation>;
