import { expect } from "vitest";
import type { Call } from "../../../contract/runs.ts";
import { heldOf } from "../agents/agent-under-test.ts";
import type { CrashMachine } from "./crash-machine.ts";
import { STEPS, WHOLE_RESULT } from "./whole-program.ts";

/** Rounds that a run may take to end: what it waits for, and what died under it. */
const ROUNDS = 30;

const KEY = "key_person";

/** Does what a person does who can see the far side. */
export const attend = async (machine: CrashMachine, runId: string): Promise<void> => {
	const { object, agent } = machine;
	const run = await machine.run(runId);
	for (const { id, digest } of run.pendingApprovals) {
		const command = { approvalId: id, decision: "approve", digest, reason: null, answer: null, scope: null, by: KEY } as const;
		const decided = await object.decideApproval(agent.entry, command);
		expect(decided).toMatchObject({ kind: "decided" });
		if (decided.kind === "decided" && decided.resume) machine.woken += 1;
	}
	for (const callId of run.unresolvedCalls) {
		const effect = machine.effects.find(({ key }) => key === callId);
		const result = JSON.stringify({ status: 200, headers: { "content-type": "text/plain" }, body: `${effect?.step} happened` });
		if (effect === undefined) machine.repeats += 1;
		const resolution = effect === undefined ? ({ outcome: "repeat" } as const) : ({ outcome: "done", result } as const);
		expect(await object.resolveCall(agent.entry, { callId, resolution, by: KEY })).toMatchObject({ kind: "resolved" });
	}
};

/** Executes a run to its end, whatever dies on the way. */
export const seeThrough = async (machine: CrashMachine, runId: string): Promise<void> => {
	for (let round = 0; round < ROUNDS; round += 1) {
		if (!(await machine.execute(runId))) await machine.takeUp();
		const run = await machine.run(runId);
		if (run.endedAtMs !== null) return;
		if (run.status === "waiting_approval") await attend(machine, runId);
	}
	throw new Error(`the run is to end: ${JSON.stringify(await machine.run(runId))}`);
};

const stepOf = ({ args }: Call): string => /example\.com\/([\w-]+)"/.exec(args ?? "")?.[1] ?? "";

/** What the far side saw is what the ledger says, each effect no more often than its grant lets it, and nothing is left over. */
export const expectWhole = async (machine: CrashMachine, runId: string): Promise<void> => {
	const run = await machine.run(runId);
	expect(run).toMatchObject({ status: "succeeded", error: null, result: WHOLE_RESULT, pendingApprovals: [], unresolvedCalls: [] });
	expect(run.logs.map(({ text }) => text)).toEqual(["begins", "is half done"]);
	const calls = (await machine.object.calls(runId, 0, 100)) ?? [];
	expect(calls.map(({ seq, status }) => [seq, status])).toEqual(calls.map((_call, index) => [index + 1, "done"]));
	expect(
		calls
			.map(({ verb }) => verb)
			.filter((verb) => verb !== "http.fetch")
			.sort(),
	).toEqual(["state"]);
	const fetches = new Map(calls.filter(({ verb }) => verb === "http.fetch").map((call) => [stepOf(call), call]));
	expect([...fetches.keys()].sort()).toEqual([...STEPS.keys()].sort());
	for (const [step, grant] of STEPS) {
		const sent = machine.effects.filter((effect) => effect.step === step);
		if (grant === "plain" || grant === "asked") expect(sent, step).toHaveLength(1);
		expect(new Set(sent.map(({ key }) => key)), step).toEqual(new Set([grant === "reads" ? "" : fetches.get(step)?.id]));
	}
	// What a person lets be done once more is charged once more.
	const made = calls.length + machine.repeats;
	expect((await machine.object.budget(machine.agent.entry))?.windows.lifetime.settled).toMatchObject({ runs: 1, calls: made });
	expect(run.usage.calls).toBe(made);
	expect(await heldOf({ ...machine.agent, object: machine.object })).toBe(0);
};
