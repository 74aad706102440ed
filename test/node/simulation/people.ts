import { changeAgent } from "../../../worker/agents/object/configure.ts";
import { decideApproval } from "../../../worker/agents/object/decide-approval.ts";
import { endExecuted, endParked, runsLeftToEnd } from "../../../worker/agents/object/halt-agent.ts";
import { resolveCall } from "../../../worker/agents/object/resolve-call.ts";
import { cancelRun } from "../../../worker/agents/object/stop-runs.ts";
import { switchGrant } from "../../../worker/agents/object/switch-grant.ts";
import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { World } from "./world.ts";
import { agentLimits, payLimits, policyOf } from "./world-policy.ts";

const SCOPES = [null, null, { times: 1 }, { times: 2 }, { run: true }, { forMs: 60_000 }] as const;

/** Those who decide, settle, stop and change things. */
export class People {
	readonly #world: World;

	constructor(world: World) {
		this.#world = world;
	}

	pending(): string[] {
		return [...this.#world.rules.model.approvals].filter(([, status]) => status === "pending").map(([id]) => id);
	}

	unknown(): string[] {
		const { calls, runs } = this.#world.rules.model;
		return [...calls.values()]
			.filter(({ record }) => record.status === "unknown" && runs.get(record.run)?.ended_at_ms === null)
			.map(({ record }) => record.id);
	}

	/** Decides an approval, maybe one that was decided before. */
	decide(id: string, decision: "approve" | "deny", isStale: boolean): void {
		const world = this.#world;
		const { model, effects } = world.rules;
		const approval = world.state.approvals.get(id);
		if (approval === null) return;
		const scope = decision === "approve" && approval.question === null ? world.chance.pick(SCOPES) : null;
		const answer = decision === "approve" && approval.question !== null ? '"yes"' : null;
		const digest = isStale ? "sha256:0" : approval.digest;
		const command = { approvalId: id, decision, digest, reason: null, answer, scope, by: "key_1" };
		const before = model.approvals.get(id);
		const decided = world.step(`decide ${id.slice(0, 30)} ${decision}`, (state) => decideApproval(state, command, world.nowMs));
		if (decided === null) return;
		if (decided.kind === "refused") {
			if (decided.code === "approval_changed") world.reach("an approval was decided with another digest");
			if (decided.code === "approval_settled" && (before === "approved" || before === "denied"))
				world.reach("an approval was decided twice");
			return;
		}
		if (before !== "pending" || isStale) fail(`approval ${id}: it was ${before}, and was decided`);
		if (decision === "approve") effects.approved.set(approval.call, approval.args);
		const scoped = decided.approval.scopedApproval;
		if (scoped !== null) effects.scope(scoped, scope !== null && "times" in scope ? scope.times : null);
		if (decided.resume) world.queue.push(approval.run);
	}

	/** Settles a call of which nobody can say whether it happened. */
	resolve(callId: string, outcome: "done" | "failed" | "repeat"): void {
		const world = this.#world;
		const resolution =
			outcome === "done" ? { outcome, result: '{"status":200}' } : outcome === "failed" ? { outcome, message: "no" } : { outcome };
		const resolved = world.step(`resolve ${callId.slice(0, 30)} ${outcome}`, (state) =>
			resolveCall(state, { callId, resolution, by: "key_1" }, world.nowMs),
		);
		if (resolved === null || resolved.kind === "refused") return;
		if (outcome === "repeat") {
			world.rules.effects.allowRepeat(callId);
			world.reach("a person let an unknown call be repeated");
		}
		if (resolved.resume) world.queue.push(resolved.call.run);
	}

	cancel(runId: string): void {
		const world = this.#world;
		const isUnderWay = [...world.rules.model.calls.values()].some(({ record }) => record.run === runId && record.status === "started");
		const run = world.step(`cancel ${runId.slice(-20)}`, (state) => cancelRun(state, runId, "stop", world.nowMs));
		if (run === null) return;
		if (run.endedAtMs === null) fail(`run ${runId}: it was cancelled, and is ${run.status}`);
		if (run.status === "cancelled" && isUnderWay) world.reach("a run was cancelled with a call under way");
	}

	/** Stops the agent, as agents/agent-switches.ts does: what is executed ends in the step itself, parked runs by the alarm. */
	disable(): void {
		const world = this.#world;
		const left = world.step("disable", (state) => {
			changeAgent(state, { status: "disabled" }, world.nowMs);
			endExecuted(state, world.nowMs);
			return runsLeftToEnd(state);
		});
		if (left === null) return;
		world.rules.effects.isHalted = true;
		if (left > 0) world.reach("a kill switch left parked runs to the alarm");
		this.#expectNothingExecuted();
	}

	enable(): void {
		const world = this.#world;
		world.step("end parked", (state) => endParked(state, world.nowMs));
		if (runsLeftToEnd(world.state) > 0) return;
		const agent = world.step("enable", (state) => changeAgent(state, { status: "active" }, world.nowMs));
		if (agent !== null) world.rules.effects.isHalted = world.state.facts.isSuspended();
	}

	/** As AgentHost.lookAtTenant. */
	suspend(isSuspended: boolean): void {
		const world = this.#world;
		const done = world.step(isSuspended ? "suspend" : "go on", (state) => {
			const { facts } = state;
			if (isSuspended !== facts.isSuspended() && (isSuspended || runsLeftToEnd(state) === 0)) facts.putSuspended(isSuspended);
			if (isSuspended) endExecuted(state, world.nowMs);
			return true;
		});
		if (done === null) return;
		world.rules.effects.isHalted = world.state.facts.isSuspended() || world.state.facts.configuration()?.status !== "active";
		if (isSuspended) this.#expectNothingExecuted();
	}

	switchGrant(name: string, isOn: boolean): void {
		const world = this.#world;
		const switched = world.step(`switch ${name} ${isOn ? "on" : "off"}`, (state) => switchGrant(state, name, isOn, world.nowMs));
		if (switched === null) return;
		if (isOn) world.rules.effects.grantsOff.delete(name);
		else world.rules.effects.grantsOff.add(name);
		if (!isOn && name === "send" && this.#isApprovedOpen()) world.reach("a grant was switched off between an approval and its call");
	}

	/** Everything is on again, whatever was off. */
	allOn(): void {
		const { effects } = this.#world.rules;
		if (this.#world.state.facts.isSuspended()) this.suspend(false);
		if (effects.isHalted) this.enable();
		for (const name of [...effects.grantsOff]) this.switchGrant(name, true);
	}

	changePolicy(): void {
		const world = this.#world;
		const pay = payLimits(world.chance);
		const policy = policyOf(pay, world.expireMs, world.chance.isIn(0.5));
		const agent = world.step("change policy", (state) => {
			// What is looked at right after the step goes by the policy that it makes.
			const before = world.pay;
			world.pay = pay;
			try {
				return changeAgent(state, { policy }, world.nowMs);
			} catch (error) {
				world.pay = before;
				throw error;
			}
		});
		if (agent === null) world.pay = limitsOfPay(world);
	}

	changeLimits(): void {
		const world = this.#world;
		world.step("change limits", (state) => changeAgent(state, { budget: { limits: agentLimits(world.chance) } }, world.nowMs));
	}

	#isApprovedOpen(): boolean {
		const { calls } = this.#world.rules.model;
		return [...this.#world.rules.effects.approved.keys()].some((id) => calls.get(id)?.record.status === "waiting");
	}

	#expectNothingExecuted(): void {
		for (const { id, ended_at_ms, claimed } of this.#world.rules.model.runs.values())
			if (ended_at_ms === null && claimed === 1) fail(`run ${id}: it is executed after everything was stopped`);
	}
}

const limitsOfPay = (world: World): World["pay"] => world.state.facts.grantLimits("pay").lifetime ?? {};
