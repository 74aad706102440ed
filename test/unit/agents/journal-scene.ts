import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Call } from "../../../contract/runs.ts";
import { admitRun } from "../../../worker/agents/object/admit-run.ts";
import { type BeginCallAnswer, beginCall } from "../../../worker/agents/object/begin-call.ts";
import { decideApproval } from "../../../worker/agents/object/decide-approval.ts";
import { endCall } from "../../../worker/agents/object/end-call.ts";
import { finishRun } from "../../../worker/agents/object/finish-run.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { noteAwaited } from "../../../worker/agents/object/park-run.ts";
import { waitedCall } from "../../../worker/agents/object/recorded-call.ts";
import { resolveCall } from "../../../worker/agents/object/resolve-call.ts";
import { isLive, isParked, type RunRow } from "../../../worker/agents/object/run-rows.ts";
import { cancelRun } from "../../../worker/agents/object/stop-runs.ts";
import { claimRun, renewLease, takeUp } from "../../../worker/agents/object/take-up.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { type AgentUnderTest, callOf, doneEnd, failedEnd, goodEnd } from "./agent-under-test.ts";
import { bearUnlimited } from "./unlimited-slices.ts";
import { AT_ONCE, BUDGET, PROGRAM, SCENE_POLICY } from "./journal-program.ts";
import { expectWhole, JournalRules } from "./journal-rules.ts";

/** Who executes an attempt: what its program has asked for, and what it waits for. */
interface Execution {
	readonly attempt: number;
	issued: number;
	/** Calls that it was told to wait for, by place. */
	readonly waits: Map<number, string>;
	/** Places of calls that somebody performs for it. */
	readonly acts: Map<string, number>;
	end: "none" | "parked" | "cut";
}

/** An agent's object under a clock of the test's own, with all who work with it. Every answer is remembered, so that what may never happen can be seen. */
export class JournalScene {
	readonly #agent: AgentUnderTest;
	readonly #storage: DurableObjectStorage;
	#state: ObjectState;
	#nowMs = 1_800_000_000_000;
	readonly runIds: string[] = [];
	readonly #executions = new Map<string, Execution>();
	/** Calls that are being performed outside, by whom they were given to. */
	readonly #performers: string[] = [];
	readonly #given = new Map<string, number>();
	readonly #repeats = new Map<string, number>();
	readonly #answers = new Map<string, string>();
	readonly #rules = new JournalRules();

	constructor(agent: AgentUnderTest, storage: DurableObjectStorage) {
		this.#agent = agent;
		this.#storage = storage;
		this.#state = new ObjectState(storage, env.TENANTS);
		const { tenantId, agentId } = agent.entry;
		const birth = { name: "worker", policy: SCENE_POLICY, program: null, language: "typescript", budget: { limits: BUDGET } } as const;
		this.#step(() => bearUnlimited(this.#state, { tenantId, agentId, createdAtMs: this.#nowMs }, birth));
	}

	/** @param wallMs longer ones are left to the queue */
	admit(isQueued: boolean): void {
		const command = this.#agent.command({ executesUpToMs: isQueued ? 0 : 25_000, inlineMs: 100 });
		const admitted = this.#step(() => admitRun(this.#state, command, this.#nowMs));
		if (admitted.kind === "refused") return;
		this.runIds.push(command.runId);
		if (admitted.kind === "execute") this.#execute(command.runId, admitted.attempt.attempt);
	}

	claim(choice: number): void {
		const runId = this.#run(choice);
		const attempt = this.#step(() => claimRun(this.#state, runId, this.#nowMs));
		if (attempt === null) return;
		expect(this.#executions.get(runId)?.attempt ?? 0).toBeLessThan(attempt.attempt);
		this.#execute(runId, attempt.attempt);
	}

	/** The program makes its next call, if it does not wait for too many. */
	issue(choice: number): void {
		const runId = this.#run(choice);
		const execution = this.#executions.get(runId);
		const make = PROGRAM[execution?.issued ?? PROGRAM.length];
		if (execution === undefined || make === undefined || execution.end !== "none") return;
		if (execution.waits.size + execution.acts.size >= AT_ONCE) return;
		execution.issued += 1;
		const place = execution.issued;
		const [grant, method, ...args] = make(runId);
		const command = callOf(this.#agent, { runId, attempt: execution.attempt, grant, method, args, place });
		const answer = this.#step(() => beginCall(this.#state, command, { resources: NO_RESOURCES, nowMs: this.#nowMs }));
		if (answer.kind === "wait") noteAwaited(this.#state, runId, answer.callId, true);
		this.#take(runId, execution, place, answer);
	}

	/** Whoever waits for a call looks. */
	look(choice: number, which: number): void {
		const runId = this.#run(choice);
		const execution = this.#executions.get(runId);
		const [place, callId] = pick([...(execution?.waits ?? [])], which) ?? [];
		if (execution === undefined || place === undefined || callId === undefined) return;
		const command = { runId, attempt: execution.attempt, callId };
		const answer = this.#step(() => waitedCall(this.#state, command, { resources: NO_RESOURCES, nowMs: this.#nowMs }));
		noteAwaited(this.#state, runId, callId, answer.kind === "wait");
		if (answer.kind !== "wait") execution.waits.delete(place);
		this.#take(runId, execution, place, answer);
	}

	/** Somebody who performs a call is done with it, or dies: then nothing comes any more for who waits on that way. */
	perform(which: number, how: "done" | "failed" | "dies"): void {
		const callId = pick(this.#performers, which);
		if (callId === undefined) return;
		this.#performers.splice(this.#performers.indexOf(callId), 1);
		if (how === "dies") {
			for (const execution of this.#executions.values()) if (execution.acts.has(callId)) execution.end = "cut";
			return;
		}
		const command =
			how === "done" ? doneEnd(callId, { egressBytes: 50 }, `made ${this.#given.get(callId)}`) : failedEnd(callId, { egressBytes: 10 });
		const ended = this.#step(() => endCall(this.#state, command, this.#nowMs));
		for (const [runId, execution] of this.#executions) {
			const place = execution.acts.get(callId);
			if (place === undefined) continue;
			execution.acts.delete(callId);
			if (ended === null) execution.end = "cut";
			else this.#remember(runId, place, `${command.answer?.text} ${ended.atMs}`);
		}
	}

	/** A person decides, or says what became of a call. */
	decide(which: number, decision: "approve" | "deny"): void {
		const approval = pick(
			this.runIds.flatMap((runId) => this.#state.approvals.pendingOf(runId)),
			which,
		);
		if (approval === undefined) return;
		const { id: approvalId, digest } = approval;
		const command = { approvalId, decision, digest, reason: null, answer: null, scope: null, by: "key_1" };
		const decided = this.#step(() => decideApproval(this.#state, command, this.#nowMs));
		if (decided.kind === "refused") expect(decided.code).toBe("approval_settled");
	}

	resolve(which: number, outcome: "failed" | "repeat"): void {
		const callId = pick(
			this.#rows()
				.filter(isLive)
				.flatMap(({ id }) => this.#state.calls.unknownOf(id)),
			which,
		);
		if (callId === undefined) return;
		const resolution = outcome === "failed" ? { outcome, message: "no" } : { outcome };
		const resolved = this.#step(() => resolveCall(this.#state, { callId, resolution, by: "key_1" }, this.#nowMs));
		if (resolved.kind === "resolved" && outcome === "repeat") this.#repeats.set(callId, (this.#repeats.get(callId) ?? 0) + 1);
	}

	/** Whoever executes an attempt tells its end, as it is: of a program that is done, one that was parked or cut, or one that dies. */
	finish(choice: number, dies: boolean): void {
		const runId = this.#run(choice);
		const execution = this.#executions.get(runId);
		if (execution === undefined) return;
		const isDone = execution.issued === PROGRAM.length && execution.waits.size === 0 && execution.acts.size === 0;
		if (!dies && !isDone && execution.end === "none") return;
		const lost = { ending: "lost", status: "failed", result: null, choices: null } as const;
		const end =
			dies || execution.end === "cut"
				? lost
				: execution.end === "parked"
					? { ...lost, ending: "parked" as const }
					: { places: PROGRAM.length };
		const { attempt, waits } = execution;
		const finished = this.#step(() =>
			finishRun(this.#state, { ...goodEnd(runId, attempt), ...end, startedAtMs: this.#nowMs }, this.#nowMs),
		);
		this.#executions.delete(runId);
		const row = this.#state.runs.get(runId);
		if (execution.end !== "parked" || row === null || !isParked(row) || finished?.again === true) return;
		// What it waited for has not come: otherwise nobody would ever wake it.
		for (const callId of waits.values()) {
			const call = this.#state.calls.get(callId)?.record;
			const isOpen = call?.status === "waiting" ? this.#state.approvals.ofCall(callId)?.status === "pending" : call?.status === "unknown";
			expect(isOpen || this.#state.calls.unknownOf(runId).length > 0 || `${call?.status} was not told`).toBe(true);
		}
	}

	/** What executes an attempt dies without a word: its lease will be over. */
	vanish(choice: number): void {
		this.#executions.delete(this.#run(choice));
	}

	cancel(choice: number): void {
		this.#step(() => cancelRun(this.#state, this.#run(choice), "stop", this.#nowMs));
	}

	/** The object's process dies and starts. */
	evict(): void {
		this.#state = new ObjectState(this.#storage, env.TENANTS);
	}

	/** The clock goes on, with or without the alarm; who executes something renews its lease, and stops where it is told so. */
	pass(ms: number, rings: boolean): void {
		this.#nowMs += ms;
		for (const [runId, { attempt }] of this.#executions) {
			if (!this.#step(() => renewLease(this.#state, runId, attempt, this.#nowMs, this.#nowMs))) this.#executions.delete(runId);
		}
		if (rings) this.#step(() => takeUp(this.#state, this.#nowMs));
	}

	/** What holds after every step. */
	expectSound(): void {
		this.#rules.expectSound(this.#state, this.#rows(), this.#nowMs);
	}

	/** What holds once every run has ended and been settled. */
	expectWhole(): void {
		expectWhole(this.#state, this.#rows(), this.#nowMs);
		for (const [callId, times] of this.#given) this.#expectOnce(this.#state.calls.get(callId)?.record, times);
	}

	/** Everybody does what there is to do, until nothing is left. */
	drain(): void {
		for (let round = 0; round < 60 && this.#rows().some(isLive); round += 1) {
			for (const choice of this.runIds.keys()) {
				this.claim(choice);
				for (let call = 0; call < AT_ONCE; call += 1) {
					this.issue(choice);
					this.look(choice, call);
					this.perform(0, "done");
				}
				this.finish(choice, false);
			}
			for (let which = 0; which < 8; which += 1) {
				this.decide(0, "approve");
				this.resolve(0, "failed");
			}
			this.pass(30_000, true);
			this.expectSound();
		}
		expect(
			this.#rows()
				.filter(isLive)
				.map((row) => [
					row.status,
					row.claimed,
					row.lease_expires_at_ms,
					this.#state.calls.journal(row.id).map(({ record, seen }) => `${record.status} ${record.verb} ${seen}`),
				]),
		).toEqual([]);
		for (const choice of this.runIds.keys()) this.finish(choice, false);
		this.#executions.clear();
		this.pass(24 * 60 * 60 * 1000, true);
		this.pass(1, true);
	}

	#expectOnce(call: Call | undefined, times: number): void {
		const mayRepeat = call?.args?.includes('"GET"') === true;
		if (!mayRepeat) expect(times).toBeLessThanOrEqual(1 + (this.#repeats.get(call?.id ?? "") ?? 0));
	}

	#take(runId: string, execution: Execution, place: number, answer: BeginCallAnswer): void {
		switch (answer.kind) {
			case "act":
				this.#given.set(answer.callId, (this.#given.get(answer.callId) ?? 0) + 1);
				this.#performers.push(answer.callId);
				execution.acts.set(answer.callId, place);
				return;
			case "wait":
				execution.waits.set(place, answer.callId);
				return;
			case "parked":
				execution.end = "parked";
				// It waits for this as well, and is told nothing more.
				return;
			case "answer":
				if (answer.text.includes('"code":"run_ended"')) execution.end = "cut";
				else this.#remember(runId, place, `${answer.text} ${answer.atMs}`);
				return;
			default:
				throw new Error(`no such answer is expected: ${answer.kind}`);
		}
	}

	/** A call that is asked again gets the answer that it got. */
	#remember(runId: string, place: number, answer: string): void {
		const key = `${runId} ${place}`;
		expect(this.#answers.get(key) ?? answer).toBe(answer);
		this.#answers.set(key, answer);
	}

	#execute(runId: string, attempt: number): void {
		this.#executions.set(runId, { attempt, issued: 0, waits: new Map(), acts: new Map(), end: "none" });
	}

	#rows(): RunRow[] {
		return this.runIds.flatMap((id) => this.#state.runs.get(id) ?? []);
	}

	#run(choice: number): string {
		return pick(this.runIds, choice) ?? "run_none";
	}

	#step<Answer>(work: () => Answer): Answer {
		return this.#state.step(work);
	}
}

const pick = <Item>(items: readonly Item[], choice: number): Item | undefined => items[choice % Math.max(1, items.length)];
