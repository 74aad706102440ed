import type { Agent, DisabledAgent, GrantSwitch } from "../../contract/agents.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Identity } from "./agent-host.ts";
import { AgentPrograms } from "./agent-programs.ts";
import { type RefusedAnswer, refuse } from "./object/admit-run.ts";
import type { CallInFlight } from "./object/calls-in-flight.ts";
import { deleteSchedules } from "./object/change-schedule.ts";
import { changeAgent } from "./object/configure.ts";
import { endExecuted, endParked, runsLeftToEnd } from "./object/halt-agent.ts";
import { switchGrant } from "./object/switch-grant.ts";
import { untilCallsQuiet } from "./object/until-stopped.ts";

/** What became of an agent that was told to look at its tenant's status. */
export interface ToldAgent {
	/** As it is now. Where `runsLeft` keeps it so, it is to be told again; else somebody changed the status meanwhile. */
	readonly isSuspended: boolean;
	readonly cancelledRuns: readonly string[];
	/** Those among them that something executed. */
	readonly executedRuns: readonly string[];
	/** Had begun before, and nobody has told their end. */
	readonly calls: readonly CallInFlight[];
	/** Parked runs that the alarm ends: nobody can execute them. */
	readonly runsLeft: number;
}

/** The kill switches of one agent: docs/kill-switches.md. Each switches in one step, then waits a moment for the calls under way to hear of it. */
export abstract class AgentSwitches extends AgentPrograms {
	/** Ends what runs or waits and takes nothing new; `archived` is for good. */
	async stop(identity: Identity, status: "disabled" | "archived"): Promise<(DisabledAgent & { executedRuns: string[] }) | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		const stopped = this.step(null, () => {
			const wasActive = this.state.facts.configuration()?.status === "active";
			const agent = changeAgent(this.state, { status }, Date.now());
			if (agent === null) return null;
			if (status === "archived") deleteSchedules(this.state, Date.now());
			const halted = endExecuted(this.state, Date.now());
			// Of an agent that was stopped before, who calls again has been told.
			if (wasActive && status === "disabled") {
				const data = { cancelledRuns: runsLeftToEnd(this.state) + halted.executedRuns.length, callsInFlight: halted.calls.length };
				this.state.events.add({ type: "agent.disabled", agent: agent.id, run: null, data }, Date.now());
			}
			return { agent, ...halted };
		});
		if (stopped === null) return refuse("not_found", "Stopping an agent: there is no such agent");
		const { agent, executedRuns, calls } = stopped;
		const [parkedRuns] = await Promise.all([this.#endParked(), inAMoment(this.sendAll()), this.untilCallsQuiet(calls), this.tellKinSoon()]);
		return {
			agent,
			cancelledRuns: [...executedRuns, ...parkedRuns],
			callsInFlight: calls.map(({ id }) => id),
			runsLeft: runsLeftToEnd(this.state),
			executedRuns: [...executedRuns],
		};
	}

	async enable(identity: Identity): Promise<Agent | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		await this.#endParked();
		if (this.state.facts.configuration()?.status === "disabled" && runsLeftToEnd(this.state) > 0)
			return refuse(
				"conflict",
				"Enabling an agent: runs that were parked when it was disabled are still being ended; wanted none: send it again",
			);
		const agent = this.step(null, () => changeAgent(this.state, { status: "active" }, Date.now()));
		await inAMoment(this.sendAll());
		return agent ?? refuse("not_found", "Enabling an agent: there is no such agent");
	}

	/** Switches one grant off or on; runs go on. A repeat tells anew which of its calls are under way. */
	async switchGrant(identity: Identity, name: string, isOn: boolean): Promise<GrantSwitch | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		const switched = this.step(null, () => switchGrant(this.state, name, isOn, Date.now()));
		if (switched.kind === "refused") return switched;
		this.bell.wakeWaiting(switched.calls.map(({ run }) => run));
		await Promise.all([this.untilCallsQuiet(switched.calls), this.tellKinSoon()]);
		return switched.answer;
	}

	/** Looks at the tenant's status now, and ends everything if it is suspended. A repeat ends what is left. */
	async tellTenantStatus({ tenantId }: Identity): Promise<ToldAgent> {
		const parkedBefore = await this.#endParked();
		const { executedRuns, calls } = await this.lookAtTenant(tenantId);
		const parkedRuns = await this.#endParked();
		await this.tellKinSoon();
		return {
			isSuspended: this.state.facts.isSuspended(),
			cancelledRuns: [...executedRuns, ...parkedBefore, ...parkedRuns],
			executedRuns,
			calls,
			runsLeft: runsLeftToEnd(this.state),
		};
	}

	/** Resolves when nobody performs any of the calls any more, or after a moment: so that nothing of theirs comes after an answer that waited for it. */
	async untilCallsQuiet(calls: readonly CallInFlight[]): Promise<void> {
		await untilCallsQuiet(this.state, this.bell, calls, LIMITS.cancelTellMs);
	}

	/** Ends runs of a halted agent that nobody executes, as many as there is time for. @returns which */
	async #endParked(): Promise<string[]> {
		const ended: string[] = [];
		for (const untilMs = Date.now() + LIMITS.parkedRunsEndMs; Date.now() < untilMs; ) {
			const some = this.step(null, () => endParked(this.state, Date.now()));
			if (some.length === 0) break;
			ended.push(...some);
			// Others are let in between: each step ends as many as do not keep them waiting.
			await new Promise((resolve) => setTimeout(resolve, 0));
		}
		return ended;
	}
}

/** Waits for work that goes on by itself, but not for long: a switch's answer must not hang on what is only told of it. */
const inAMoment = (work: Promise<void>): Promise<void> =>
	Promise.race([work, new Promise<void>((resolve) => setTimeout(resolve, LIMITS.cancelTellMs))]);
