import type { Agent } from "../../../contract/agents.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Language, Program } from "../../../contract/runs.ts";
import { programBytes, programDigest, programSource } from "../program-source.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import { changeAgent, currentAgent } from "./configure.ts";
import type { Configuration } from "./facts.ts";
import type { ObjectState } from "./object-state.ts";
import type { ProgramLine } from "./program-rows.ts";

/** A program that is to become a version. */
export interface NewProgram {
	readonly program: Program;
	readonly language: Language;
	readonly note: string | null;
}

/** `known`: the newest version is this very program; its note stays as it is. */
export type StoreProgramAnswer = { readonly kind: "stored" | "known"; readonly line: ProgramLine } | RefusedAnswer;

/** Keeps a program as the newest version. Its number is new, whatever was deleted: a run that says 3 always means the same text. */
export const storeProgram = (state: ObjectState, configuration: Configuration, given: NewProgram, nowMs: number): StoreProgramAnswer => {
	const { program, language, note } = given;
	const source = programSource(program, language);
	const digest = programDigest(source);
	const newest = state.programs.newest();
	if (newest?.digest === digest) return { kind: "known", line: newest };
	const bytes = programBytes(source);
	const crowd = crowdOf(state, bytes);
	if (crowd !== null) return refuse("conflict", `Storing a program: ${crowd}; delete some that nothing needs`);
	const line = { version: configuration.lastProgramVersion + 1, digest, language, bytes, note, createdAtMs: nowMs };
	state.programs.insert({ ...line, program });
	state.facts.putConfiguration({ ...configuration, lastProgramVersion: line.version });
	return { kind: "stored", line };
};

const crowdOf = (state: ObjectState, bytes: number): string | null => {
	const sums = state.programs.sums();
	if (sums.count >= LIMITS.programVersions) return `found ${sums.count} versions, wanted at most ${LIMITS.programVersions} of one agent`;
	const total = sums.bytes + bytes;
	if (total <= LIMITS.programVersionsBytes) return null;
	return `found versions of ${total} bytes with this one, wanted at most ${LIMITS.programVersionsBytes} of one agent`;
};

/** Makes a version the one that runs execute which name none. Of two at once the later one stays; each answers the agent as it left it. */
export const activateProgram = (state: ObjectState, version: number, nowMs: number): Agent | RefusedAnswer => {
	const line = state.programs.line(version);
	if (line === null) return noVersion(state, "Activating a program", version);
	const isActive = state.facts.configuration()?.programVersion === version;
	const agent = isActive ? currentAgent(state) : changeAgent(state, { programVersion: version, language: line.language }, nowMs);
	return agent ?? refuse("not_found", "Activating a program: there is no such agent");
};

/** What starts runs of a version that it names. */
export interface Pin {
	readonly kind: "trigger" | "schedule";
	readonly id: string;
	readonly programVersion: number;
}

/** Forgets a version that nothing starts. Runs of it go on, and stay repeatable: they have their programs themselves. @param pins beside those of the agent's schedules */
export const deleteProgram = (state: ObjectState, version: number, pins: readonly Pin[]): ProgramLine | RefusedAnswer => {
	const line = state.programs.line(version);
	if (line === null) return noVersion(state, "Deleting a program", version);
	if (state.facts.configuration()?.programVersion === version)
		return refuse("conflict", `Deleting a program: version ${version} is the active one, wanted one that is not; activate another first`);
	const pin = [...pins, ...pinsOfSchedules(state)].find(({ programVersion }) => programVersion === version);
	if (pin !== undefined) {
		const message = `Deleting a program: the ${pin.kind} ${pin.id} starts version ${version}, wanted one that nothing starts; change its programVersion first`;
		return refuse("conflict", message, { [pin.kind]: pin.id });
	}
	state.programs.delete(version);
	return line;
};

const pinsOfSchedules = (state: ObjectState): Pin[] =>
	state.schedules
		.all()
		.flatMap(({ id, settings: { programVersion } }) => (programVersion === null ? [] : [{ kind: "schedule", id, programVersion }]));

/** Says which versions there are. */
export const versionsOf = (ends: { oldest: number; newest: number } | null): string => {
	if (ends === null) return "one of the agent's versions, of which there are none";
	const { oldest, newest } = ends;
	return oldest === newest ? `the agent's version ${newest}` : `one of the agent's versions ${oldest} to ${newest} that is not deleted`;
};

const noVersion = (state: ObjectState, action: string, version: number): RefusedAnswer =>
	refuse("not_found", `${action}: version: found ${version}, wanted ${versionsOf(state.programs.ends())}`);
