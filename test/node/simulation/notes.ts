import type { FinishCommand } from "../../../worker/agents/object/finish-run.ts";
import type { World } from "./world.ts";

/** Which rare state the end of an attempt came to. @param before the run's status before it was told */
export const noteEnd = (world: World, id: string, { ending, attempt }: FinishCommand, before: string | undefined): void => {
	const run = world.rules.model.runs.get(id);
	if (run === undefined) return;
	if (run.status === "succeeded" && attempt > 1 && before !== "succeeded") world.reach("a run was executed to its end in a later attempt");
	if (run.status === "waiting_approval" && ending === "parked") world.reach("a run was parked");
	if (run.status === "queued" && ending === "parked" && before === "waiting_approval")
		world.reach("what a parked run waited for came while its attempt was closing");
	if (run.state.error?.code === "replay_diverged") world.reach("a run took another way the second time and ended as diverged");
};

export const noteRefusal = (world: World, code: string, details: string): void => {
	if (code === "concurrency_exceeded") world.reach("a run was refused because as many as may were live");
	if (code !== "budget_exceeded") return;
	world.reach(details.includes('"tenant"') ? "a run was refused for the tenant's budget" : "a run was refused for the agent's budget");
};
