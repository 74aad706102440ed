import { RunSummary } from "../../contract/runs.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { allPages, pollUntil } from "./start-platform.ts";

const MARK = "runs-so-far";

/**
 * All runs of an agent that were begun before this is asked, newest first, once none of them is queued or running. Lists are late, but they are written in
 * the order of an agent's runs: one more is begun, waited for in the list, and left out. So a run that should not be is seen, and so is one too many.
 * @param agent its name or id; it takes runs
 * @throws Error when they are not over in time
 */
export const runsSoFar = async (api: ApiClient, agent: string): Promise<RunSummary[]> => {
	const { id: last } = await api.run({ agent, program: "export default () => null", metadata: { mark: MARK } });
	const isWhole = (runs: readonly RunSummary[]): boolean =>
		runs.some(({ id }) => id === last) && runs.every(({ status }) => status !== "queued" && status !== "running");
	const runs = await pollUntil(() => allPages(api, `/v1/runs?agent=${agent}`, RunSummary, 200), isWhole);
	if (!isWhole(runs)) throw new Error(`Listing the runs of ${agent}: found ${JSON.stringify(runs).slice(0, 600)}, wanted all of them over`);
	return runs.filter(({ metadata }) => metadata["mark"] !== MARK);
};
