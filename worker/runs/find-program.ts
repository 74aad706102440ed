import { Refusal } from "../../contract/errors.ts";
import type { LibraryName } from "../../contract/libraries.ts";
import type { Isolation, Language, Program } from "../../contract/runs.ts";
import { type AgentEntry, agentObject } from "../agents/agent-registry.ts";
import { mayImport, programDigest, programSource } from "../agents/program-source.ts";
import type { Env } from "../env.ts";
import type { CompiledProgram, Executor, SourceProgram } from "../executor/protocol.ts";
import { compileCached } from "./compile-cache.ts";

/** What a request says of the program: a program of its own, or a version of its agent's stored one; nothing: the active one. */
export interface GivenProgram {
	readonly program?: Program | undefined;
	readonly language?: Language | undefined;
	readonly programVersion?: number | null | undefined;
	/** Left out or null: the agent's for its stored program, else fresh. */
	readonly isolation?: Isolation | null | undefined;
	/** It has an isolate of its own, whatever the agent's runs have. */
	readonly dryRun?: boolean | undefined;
}

/** A program that is ready to be executed. */
export interface ReadyProgram {
	readonly program: CompiledProgram;
	readonly programDigest: string;
	/** Which version of the agent's stored program it is; null: it came with the request. */
	readonly programVersion: number | null;
	readonly isolation: Isolation;
}

/**
 * The program of a request, or its agent's stored one, compiled under the libraries of today's policy.
 * @throws Refusal that says what is wrong with it: `invalid_program`; `invalid_request` for a version that there is not, and for an isolation that it may not have
 */
export const findProgram = async (env: Env, entry: AgentEntry, executor: Executor, given: GivenProgram): Promise<ReadyProgram> => {
	const { source, libraries, programVersion, isolation } =
		given.program === undefined ? await storedSource(env, entry, given) : await givenSource(env, entry, given.program, given);
	const digest = programDigest(source);
	const program = await compileCached(executor, source, entry.tenantId, digest, libraries);
	return { program, programDigest: digest, programVersion, isolation };
};

/** The program that is to run, the libraries that it may import, and the rest of what a request and the agent say of it. */
interface FoundSource extends Pick<ReadyProgram, "programVersion" | "isolation"> {
	readonly source: SourceProgram;
	readonly libraries: readonly LibraryName[];
}

/** The agent's object is asked for its policy only by a program that imports something. */
const givenSource = async (env: Env, entry: AgentEntry, program: Program, { language, isolation }: GivenProgram): Promise<FoundSource> => {
	if (isolation === "warm") throw notWarm("the program came with the request, and only stored ones have warm isolates");
	const source = programSource(program, language ?? "typescript");
	const common = { source, programVersion: null, isolation: "fresh" } as const;
	if (!mayImport(source)) return { ...common, libraries: [] };
	const agent = await agentObject(env, entry).agent({ tenantId: entry.tenantId, agentId: entry.agentId });
	return { ...common, libraries: agent?.policy.libraries ?? [] };
};

const storedSource = async (env: Env, entry: AgentEntry, { programVersion, dryRun, isolation }: GivenProgram): Promise<FoundSource> => {
	if (isolation === "warm" && dryRun === true) throw notWarm("a dry run always has an isolate of its own");
	const identity = { tenantId: entry.tenantId, agentId: entry.agentId };
	const found = await agentObject(env, entry).findProgram(identity, programVersion ?? null);
	switch (found.kind) {
		case "none":
			throw new Refusal(
				"invalid_request",
				`Starting a run: program: found none, and the agent ${entry.name} has no stored program that is active; wanted one of the two`,
			);
		case "missing":
			throw new Refusal("invalid_request", `Starting a run: programVersion: found ${programVersion}, wanted ${found.wanted}`, {
				details: { issues: [{ path: "programVersion", wanted: found.wanted }] },
			});
		case "found": {
			if (isolation === "warm" && found.isolation !== "warm")
				throw notWarm(`the agent ${entry.name} does not allow warm isolates; PATCH its isolation to "warm"`);
			const source = programSource(found.program, found.language);
			return {
				source,
				libraries: found.libraries,
				programVersion: found.version,
				isolation: dryRun === true ? "fresh" : (isolation ?? found.isolation),
			};
		}
	}
};

/** A refusal of `isolation: "warm"`. */
const notWarm = (why: string): Refusal =>
	new Refusal("invalid_request", `Starting a run: isolation: found "warm", wanted fresh: ${why}`, {
		details: { issues: [{ path: "isolation", wanted: "fresh" }] },
	});
