import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** What a run cost by itself, millionths of a US dollar: its usage without that of its calls. */
export const ownUsdMicros = (state: ObjectState, { id, state: { ownUsdMicros: own, usage } }: RunRow): number =>
	own ?? usage.usdMicros - costOfCalls(state, id);

const costOfCalls = (state: ObjectState, runId: string): number =>
	Number(
		state.sql.exec("SELECT coalesce(sum(json_extract(record, '$.cost.usdMicros')), 0) AS micros FROM calls WHERE run_id = ?", runId).one()[
			"micros"
		],
	);
