import type { Run } from "../../contract/runs.ts";
import type { Handler } from "../handler.ts";
import { executorOf, knownRun, startRun } from "../runs/start-run.ts";
import { ownerOf, readSchedule } from "./find-schedule.ts";
import { tickCommand } from "./tick-command.ts";

/** `POST /v1/schedules/{id}/run`: what a tick does, but somebody waits for the answer. It is refused at once where a tick would be tried again, and is no tick of the schedule's. */
export const runSchedule: Handler<"runSchedule"> = async ({ env, caller, params, idempotencyKey, waitUntil }) => {
	const given = idempotencyKey === null ? null : { tenantId: caller.tenantId, key: idempotencyKey, bodyDigest: `run ${params.id}` };
	const earlier = await knownRun(env, given, 0);
	if (earlier !== null) return answer(earlier);
	const entry = await ownerOf(env, caller.tenantId, params.id);
	const { id: scheduleId, ...schedule } = await readSchedule(env, entry, params.id);
	const executor = executorOf(env, "Starting a run");
	const command = await tickCommand(env, entry, executor, schedule, { scheduleId, tickMs: Date.now() });
	return answer(await startRun({ env, entry, executor, waitUntil }, command, given, 0));
};

const answer = (run: Run) => ({ status: 202, body: run, headers: { location: `/v1/runs/${run.id}` } }) as const;
