import type { Agent } from "../../contract/agents.ts";
import type { LibraryName } from "../../contract/libraries.ts";
import type { ProgramText, ProgramVersion } from "../../contract/programs.ts";
import type { Isolation, Language, Program } from "../../contract/runs.ts";
import type { Identity } from "./agent-host.ts";
import { AgentReader } from "./agent-reader.ts";
import type { RefusedAnswer } from "./object/admit-run.ts";
import { refuse } from "./object/admit-run.ts";
import type { ProgramLine } from "./object/program-rows.ts";
import { activateProgram, deleteProgram, type NewProgram, type Pin, storeProgram, versionsOf } from "./object/store-program.ts";

/** A stored program as somebody needs it who starts a run of it. */
export type FoundProgram =
	| {
			readonly kind: "found";
			readonly version: number;
			readonly program: Program;
			readonly language: Language;
			/** What today's policy grants. */
			readonly libraries: readonly LibraryName[];
			/** The agent's own. */
			readonly isolation: Isolation;
	  }
	/** None is active. */
	| { readonly kind: "none" }
	/** There is no such version. `wanted` says which there are. */
	| { readonly kind: "missing"; readonly wanted: string };

/** `isNew`: it was not the newest version already. */
export type StoredAnswer = { readonly kind: "stored"; readonly isNew: boolean; readonly version: ProgramVersion };

/** The versions of the agent's stored program: docs/programs.md. */
export abstract class AgentPrograms extends AgentReader {
	/** @param version null: the active one */
	async findProgram(identity: Identity, version: number | null): Promise<FoundProgram> {
		const configuration = (await this.isBorn(identity)) ? this.state.facts.configuration() : null;
		const wanted = version ?? configuration?.programVersion ?? null;
		if (configuration === null || wanted === null) return { kind: "none" };
		const stored = this.state.programs.get(wanted);
		if (stored === null) return { kind: "missing", wanted: versionsOf(this.state.programs.ends()) };
		const { policyVersion, isolation } = configuration;
		const libraries = this.state.facts.policy(policyVersion).policy.libraries ?? [];
		return { kind: "found", version: wanted, program: stored.program, language: stored.language, libraries, isolation };
	}

	/** Newest first, those before a version. */
	async listPrograms(identity: Identity, before: number | null, most: number): Promise<ProgramVersion[]> {
		if (!(await this.isBorn(identity))) return [];
		return this.state.programs.list(before, most).map((line) => this.#shown(line));
	}

	/** Null: there is no such version (any more). */
	async getProgram(identity: Identity, version: number): Promise<ProgramText | null> {
		const stored = (await this.isBorn(identity)) ? this.state.programs.get(version) : null;
		if (stored === null) return null;
		const { program, ...line } = stored;
		return { ...this.#shown(line), program };
	}

	/** Keeps a program that was compiled. */
	async storeProgram(identity: Identity, given: NewProgram, isToBeActive: boolean): Promise<StoredAnswer | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		return this.step(null, () => {
			const configuration = this.state.facts.configuration();
			if (configuration === null) return refuse("not_found", "Storing a program: there is no such agent");
			const stored = storeProgram(this.state, configuration, given, Date.now());
			if (stored.kind === "refused") return stored;
			if (isToBeActive) activateProgram(this.state, stored.line.version, Date.now());
			return { kind: "stored", isNew: stored.kind === "stored", version: this.#shown(stored.line) };
		});
	}

	async activateProgram(identity: Identity, version: number): Promise<Agent | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		return this.step(null, () => activateProgram(this.state, version, Date.now()));
	}

	/** @param pins of the agent's triggers: the object does not know them */
	async deleteProgram(identity: Identity, version: number, pins: readonly Pin[]): Promise<ProgramVersion | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		return this.step(null, () => {
			const deleted = deleteProgram(this.state, version, pins);
			return "kind" in deleted ? deleted : this.#shown(deleted);
		});
	}

	#shown(line: ProgramLine): ProgramVersion {
		const configuration = this.state.facts.configuration();
		return { agent: configuration?.agentId ?? "", ...line, active: configuration?.programVersion === line.version };
	}
}
