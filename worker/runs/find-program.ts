import { Refusal } from "../../contract/errors.ts";
import type { LibraryName } from "../../contract/libraries.ts";
import type { Program } from "../../contract/runs.ts";
import { type AgentEntry, agentObject } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import type { CompiledProgram, Executor, SourceProgram } from "../executor/protocol.ts";
import { compileCached } from "./compile-cache.ts";
import { mayImport, programDigest, programSource } from "./program-source.ts";

/** A program as a request gives it. */
export interface GivenProgram {
	readonly program?: Program | undefined;
	readonly language?: SourceProgram["language"] | undefined;
}

/** A program that is ready to be executed. */
export interface ReadyProgram {
	readonly program: CompiledProgram;
	readonly programDigest: string;
}

/** The program of a request, or its agent's stored one, compiled under the libraries of today's policy. @throws Refusal that says what is wrong with it */
export const findProgram = async (env: Env, entry: AgentEntry, executor: Executor, given: GivenProgram): Promise<ReadyProgram> => {
	const { source, libraries } = await sourceOf(env, entry, given);
	const digest = programDigest(source);
	return { program: await compileCached(executor, source, entry.tenantId, digest, libraries), programDigest: digest };
};

/** The program that is to run, and the libraries that it may import: the agent's object is asked for its policy only by a program that imports something. */
const sourceOf = async (
	env: Env,
	entry: AgentEntry,
	{ program, language }: GivenProgram,
): Promise<{ source: SourceProgram; libraries: readonly LibraryName[] }> => {
	const given = program === undefined ? null : programSource(program, language ?? "typescript");
	if (given !== null && !mayImport(given)) return { source: given, libraries: [] };
	const agent = await agentObject(env, entry).agent({ tenantId: entry.tenantId, agentId: entry.agentId });
	const libraries = agent?.policy.libraries ?? [];
	if (given !== null) return { source: given, libraries };
	if (agent?.program == null) {
		throw new Refusal(
			"invalid_request",
			`Starting a run: program: found none, and the agent ${entry.name} has no stored program; wanted one of the two`,
		);
	}
	return { source: programSource(agent.program, agent.language), libraries };
};
