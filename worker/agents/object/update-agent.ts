import type { Agent, UpdateAgent } from "../../../contract/agents.ts";
import { programDigest, programSource } from "../program-source.ts";
import type { RefusedAnswer } from "./admit-run.ts";
import { type AgentPatch, changeAgent } from "./configure.ts";
import type { Configuration } from "./facts.ts";
import type { ObjectState } from "./object-state.ts";
import { storeProgram } from "./store-program.ts";

/**
 * Changes an agent as its tenant asks. A program becomes a new version, which is active from then on; so does the active one in another language. The active
 * one given again changes nothing. Null: there is no such agent.
 */
export const updateAgent = (state: ObjectState, patch: UpdateAgent, nowMs: number): Agent | RefusedAnswer | null => {
	const configuration = state.facts.configuration();
	if (configuration === null) return null;
	const { program: _program, ...rest } = patch;
	const meant = meantProgram(state, configuration, patch, nowMs);
	if ("kind" in meant) return meant;
	return changeAgent(state, { ...rest, ...meant }, nowMs);
};

const meantProgram = (
	state: ObjectState,
	configuration: Configuration,
	patch: UpdateAgent,
	nowMs: number,
): Pick<AgentPatch, "programVersion"> | RefusedAnswer => {
	if (patch.program === null) return { programVersion: null };
	const active = configuration.programVersion === null ? null : state.programs.get(configuration.programVersion);
	const program = patch.program ?? (patch.language === undefined ? undefined : active?.program);
	if (program === undefined) return {};
	const language = patch.language ?? configuration.language;
	if (active?.digest === programDigest(programSource(program, language))) return {};
	const stored = storeProgram(state, configuration, { program, language, note: null }, nowMs);
	return stored.kind === "refused" ? stored : { programVersion: stored.line.version };
};
