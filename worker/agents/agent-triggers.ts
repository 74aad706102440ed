import type { Identity } from "./agent-host.ts";
import { AgentSchedules } from "./agent-schedules.ts";
import { refuse } from "./object/admit-run.ts";
import { callUp } from "./object/line-up.ts";
import type { NewRequest, ReceivedRequest } from "./object/received-rows.ts";
import { type ReceiveAnswer, type ReceiveCommand, receiveRun } from "./object/receive-run.ts";

/** What comes to an agent's triggers. */
export abstract class AgentTriggers extends AgentSchedules {
	/** Takes a delivery in, or says why not: a repeat is answered with the run that the first has started. */
	async receive(identity: Identity, command: ReceiveCommand): Promise<ReceiveAnswer> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Starting a run: there is no such agent");
		const { answer, next } = this.step(command.runId, () => ({
			answer: receiveRun(this.state, command, Date.now()),
			next: callUp(this.state, Date.now()),
		}));
		this.ctx.waitUntil(this.sendToQueue(next));
		return answer;
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

/** No run: nobody's followers are to look. */
const NOBODY = "";
