import { Run } from "../../contract/runs.ts";
import type { ApiClient, CreateRunInput } from "../../scripts/support/api-client.ts";
import { until } from "./fault-processes.ts";

/** The run once it has ended. @throws Error when it has not within the time. */
export const runEnded = (api: ApiClient, id: string, withinMs = 100_000): Promise<Run> =>
	until(`the end of ${id}`, withinMs, async () => {
		const run = await api.expect(200, Run, "GET", `/v1/runs/${id}`);
		return run.endedAtMs === null ? null : run;
	});

/** Starts a run and gives it once it has ended, also where the machine is too busy for one request to wait for that. @throws Error when it does not end */
export const runToEnd = async (api: ApiClient, request: CreateRunInput): Promise<Run> => runEnded(api, (await api.run(request)).id);
