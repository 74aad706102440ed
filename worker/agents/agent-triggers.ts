import type { Identity } from "./agent-host.ts";
import { NOBODY } from "./agent-kin.ts";
import { AgentSchedules } from "./agent-schedules.ts";
import { type RefusedAnswer, refuse } from "./object/admit-run.ts";
import type { NewRequest, ReceivedRequest } from "./object/received-rows.ts";
import { type ReceiveAnswer, type ReceiveCommand, receiveRun } from "./object/receive-run.ts";
import { type StoredTerms, settingsFault } from "./object/settings-fault.ts";

/** What comes to an agent's triggers. */
export abstract class AgentTriggers extends AgentSchedules {
	/** What is wrong with how a trigger's runs are to be; null: nothing. @param action how the refusal begins */
	async checkTerms(identity: Identity, action: string, terms: StoredTerms): Promise<RefusedAnswer | null> {
		const isTaking = (await this.isBorn(identity)) && this.state.facts.configuration()?.status !== "archived";
		if (isTaking) return settingsFault(this.state, action, terms);
		return refuse("conflict", `${action}: agent: found one that is archived, wanted one that takes runs`);
	}

	/** Takes a delivery in, or says why not: a repeat is answered with the run that the first has started. */
	async receive(identity: Identity, command: ReceiveCommand): Promise<ReceiveAnswer> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Starting a run: there is no such agent");
		return this.stepAndCallUp(command.runId, () => receiveRun(this.state, command, Date.now()));
	}

	/** The run that a delivery has started which came before, and now comes again; null: it has started none. */
	async repeatOf(identity: Identity, triggerId: string, keys: readonly string[]): Promise<string | null> {
		return (await this.isBorn(identity)) ? this.step(NOBODY, () => this.state.received.repeatOf(triggerId, keys)) : null;
	}

	/** Notes a delivery that starts no run. */
	async noteRequest(identity: Identity, request: NewRequest): Promise<void> {
		if (await this.isBorn(identity)) this.step(NOBODY, () => this.state.received.note(request, Date.now()));
	}

	/** What came to a trigger, newest first. */
	async requests(identity: Identity, triggerId: string, before: number | null, most: number): Promise<ReceivedRequest[]> {
		return (await this.isBorn(identity)) ? this.state.received.requests(triggerId, before, most) : [];
	}
}
