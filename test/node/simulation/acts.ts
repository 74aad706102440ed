import { LIMITS } from "../../../contract/limits.ts";
import type { ActAnswer } from "../../../worker/agents/object/begin-call.ts";
import { type EndCallCommand, endCall } from "../../../worker/agents/object/end-call.ts";
import { errorText, valueText } from "../../../worker/executor/answer-text.ts";
import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { Execution, SimRun } from "./execution.ts";
import type { PlannedCall } from "./program.ts";
import type { World } from "./world.ts";

/** A call that somebody on the host was told to perform. */
export interface SimAct {
	readonly run: SimRun;
	readonly attempt: number;
	readonly callId: string;
	readonly givenAtMs: number;
	/** The life of the object that has told to perform it. */
	readonly life: number;
	/** Ends that were told of it. */
	readonly ends: EndCallCommand[];
}

/** Until then nobody takes an act for dead: its hold is there. */
const SURE_MS = LIMITS.upstreamMs.max;

/** How an end of a call is told. */
export type HowEnded = "done" | "failed" | "unknown" | "stored" | "not kept";

/** The gate: performs calls, and tells how they ended, in time, late, twice, or never. */
export class Acts {
	readonly open: SimAct[] = [];
	readonly told: SimAct[] = [];
	/** Tells a program what its call came to; set by who executes it. */
	hear: (runId: string, attempt: number, callId: string, text: string | null, atMs: number | null) => void = () => {};
	readonly #world: World;

	constructor(world: World) {
		this.#world = world;
	}

	give({ run, attempt }: Execution, call: PlannedCall, act: ActAnswer): void {
		const { rules } = this.#world;
		const isIdempotent = call.args.includes('"GET"');
		rules.effects.expectAct(act, attempt, isIdempotent);
		this.#note(act, attempt, isIdempotent);
		this.#expectAlone(act.callId);
		this.open.push({ run, attempt, callId: act.callId, givenAtMs: this.#world.nowMs, life: this.#world.life, ends: [] });
	}

	/** Who performs it dies: nobody tells its end. */
	die(act: SimAct): void {
		this.#world.say(`act ${act.callId.slice(0, 30)} dies`);
		this.#drop(act);
	}

	end(act: SimAct, how: HowEnded): void {
		this.#drop(act);
		const command = endOf(act.callId, how, this.#world.chance.int(100_000));
		act.ends.push(command);
		this.told.push(act);
		this.tell(act, command);
	}

	tell({ run, attempt, callId }: SimAct, command: EndCallCommand): void {
		const world = this.#world;
		const before = world.rules.model.calls.get(callId)?.record;
		const isOver = world.rules.model.runs.get(run.id)?.ended_at_ms !== null;
		const ended = world.step(`end call ${callId.slice(0, 30)} ${command.outcome.kind}`, (state) => {
			state.underWay.delete(command.callId);
			return endCall(state, command, world.nowMs);
		});
		const after = world.rules.model.calls.get(callId)?.record;
		if (isOver && before?.status === "started") world.reach("a call's end came after its run was over");
		if (before?.status === "unknown" && (after?.status === "done" || after?.status === "failed"))
			world.reach("a call that was given up as unknown took the end that came late");
		if (ended !== null && ended.resume !== null) world.queue.push(ended.resume);
		if (ended !== null && command.answer !== null && !world.chance.isIn(world.faults.answersLost)) {
			const { text, key } = command.answer;
			this.hear(run.id, attempt, callId, text ?? `stored ${key}`, ended.atMs);
		} else this.hear(run.id, attempt, callId, null, null);
	}

	/** Nobody else performs a call, as far as this life of the object can know. */
	#expectAlone(callId: string): void {
		const { life, nowMs } = this.#world;
		const other = this.open.find((act) => act.callId === callId && act.life === life && Math.abs(nowMs - act.givenAtMs) < SURE_MS);
		if (other !== undefined) fail(`call ${callId}: it is performed by two at once`);
	}

	#note({ callId }: ActAnswer, attempt: number, isIdempotent: boolean): void {
		const { rules } = this.#world;
		const record = rules.model.calls.get(callId)?.record;
		if (isIdempotent && rules.effects.timesGiven(callId) > 1) this.#world.reach("an idempotent call was performed again after a death");
		if (record?.rule?.startsWith("scoped approval")) this.#world.reach("a call went through by a scoped approval");
		if (rules.effects.isScopeUsedUp) this.#world.reach("a scoped approval was used up");
		if (record?.approval !== null && attempt > 1) this.#world.reach("an approved call was performed by a later attempt");
	}

	#drop(act: SimAct): void {
		const at = this.open.indexOf(act);
		if (at >= 0) this.open.splice(at, 1);
	}
}

const endOf = (callId: string, how: HowEnded, egressBytes: number): EndCallCommand => {
	const cost = { egressBytes };
	switch (how) {
		case "done":
			return { callId, outcome: { kind: "done", cost }, answer: { text: valueText(`done ${egressBytes}`, false), key: null } };
		case "stored":
			return { callId, outcome: { kind: "done", cost }, answer: { text: null, key: `answers/${callId}/${egressBytes}` } };
		case "not kept":
			return { callId, outcome: { kind: "done", cost }, answer: { text: null, key: null } };
		case "failed":
			return {
				callId,
				outcome: { kind: "failed", code: "upstream_failed", message: "it broke", cost },
				answer: { text: errorText("upstream_failed", `it broke ${egressBytes}`), key: null },
			};
		case "unknown":
			return { callId, outcome: { kind: "unknown", message: "it broke", cost }, answer: null };
	}
};
