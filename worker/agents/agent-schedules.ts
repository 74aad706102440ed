import { exports } from "cloudflare:workers";
import type { Schedule, ScheduleSettings } from "../../contract/schedules.ts";
import type { Identity } from "./agent-host.ts";
import { NOBODY } from "./agent-kin.ts";
import { AgentSwitches } from "./agent-switches.ts";
import { type AdmitCommand, type RefusedAnswer, refuse } from "./object/admit-run.ts";
import { changeSchedule, makeSchedule, type ScheduleChange } from "./object/change-schedule.ts";
import { describeSchedule } from "./object/describe-schedule.ts";
import { type DueTick, makeTicks, takeTicks } from "./object/due-ticks.ts";
import { callUp } from "./object/line-up.ts";
import { sendBatch } from "./object/outbox.ts";
import { admitTick, failTick, type TickAnswer, type TickFault } from "./object/settle-tick.ts";

/** What the clock starts. The alarm makes the ticks; who can compile programs has their runs admitted (schedules/tick-starter). */
export abstract class AgentSchedules extends AgentSwitches {
	async makeSchedule(identity: Identity, id: string, settings: ScheduleSettings): Promise<Schedule | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		return refused ?? this.#changed(() => makeSchedule(this.state, id, settings, Date.now()));
	}

	async changeSchedule(identity: Identity, id: string, change: ScheduleChange): Promise<Schedule | RefusedAnswer> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Looking up a schedule: there is none of that id");
		return this.#changed(() => changeSchedule(this.state, id, change, Date.now()));
	}

	/** Null: there is none of that id. */
	async schedule(identity: Identity, id: string): Promise<Schedule | null> {
		if (!(await this.isBorn(identity))) return null;
		const row = this.state.schedules.get(id);
		return row === null ? null : describeSchedule(identity.agentId, row);
	}

	/** Admits the run of a tick into the line: of all who try, one does. */
	async admitTick(identity: Identity, command: AdmitCommand): Promise<TickAnswer> {
		if (!(await this.isBorn(identity))) return { kind: "gone" };
		return this.stepAndCallUp(command.runId, () => admitTick(this.state, command, Date.now()));
	}

	/** One step, after which the oldest of the line that there is room for are called up, and on their way to the queue. */
	protected stepAndCallUp<Answer>(runId: string, work: () => Answer): Answer {
		const { answer, next } = this.step(runId, () => ({ answer: work(), next: callUp(this.state, Date.now()) }));
		if (next.length > 0) this.ctx.waitUntil(this.sendToQueue(next));
		return answer;
	}

	/** Makes the ticks that have come, and starts the runs of those that are due. */
	protected override async startTicks(): Promise<void> {
		const configuration = this.state.facts.configuration();
		if (configuration === null || (this.state.schedules.dueAtMs() ?? Number.POSITIVE_INFINITY) > Date.now()) return;
		const { tenantId, agentId } = configuration;
		const ticks = this.step(NOBODY, () => {
			makeTicks(this.state, Date.now());
			return takeTicks(this.state, Date.now());
		});
		await Promise.all(ticks.map((tick) => this.#start({ tenantId, agentId }, tick)));
	}

	async #start(identity: Identity, { settings, ...tick }: DueTick): Promise<void> {
		const fault = await exports.TickStarter.start({ ...identity, ...tick, settings: JSON.stringify(settings) }).catch(notStarted);
		if (fault !== null) this.step(NOBODY, () => failTick(this.state, tick.runId, fault, Date.now()));
	}

	/** Answered once D1 has it, so that a list that is asked for next shows it; where D1 is away the alarm sends it. */
	async #changed(change: () => Schedule | RefusedAnswer): Promise<Schedule | RefusedAnswer> {
		const answer = this.step(NOBODY, change);
		if ("kind" in answer) return answer;
		try {
			while (await sendBatch(this.state, this.env.DB));
		} catch (error) {
			console.error("Archiving a schedule: it was not taken; the alarm tries again.", error instanceof Error ? error.name : "");
		}
		return answer;
	}
}

const notStarted = (error: unknown): TickFault => {
	console.error("Starting a tick's run: something went wrong on the host; it is tried again.", error instanceof Error ? error.name : "");
	return { code: "internal", message: "Starting a run: something went wrong on the platform" };
};
