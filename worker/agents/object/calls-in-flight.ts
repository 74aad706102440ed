import { z } from "zod";
import type { ObjectState } from "./object-state.ts";
import { readRows } from "../../db/rows.ts";

const Started = z.object({ id: z.string(), run: z.string(), grant_name: z.string() });

/** A call that has begun and may still have its effect. */
export interface CallInFlight {
	readonly id: string;
	readonly run: string;
}

/**
 * Calls that have begun and of which nobody has told the end: those that stand so in the journal, those that somebody performs though their run has given
 * them up, and those that have started a run which goes on. In the order in which they began. @param grant only those of this grant; null: all
 */
export const callsInFlight = (state: ObjectState, grant: string | null): CallInFlight[] => {
	const query = "SELECT id, run_id AS run, json_extract(record, '$.grant') AS grant_name FROM calls WHERE status = 'started'";
	const found = new Map(readRows(state.sql, Started, query).map((row) => [row.id, { run: row.run, grant: row.grant_name }]));
	for (const id of [...state.performing.keys(), ...state.underWay, ...state.kin.openCalls()]) {
		const record = found.has(id) ? undefined : state.calls.line(id)?.record;
		if (record !== undefined) found.set(id, { run: record.run, grant: record.grant });
	}
	return [...found]
		.filter(([, call]) => grant === null || call.grant === grant)
		.map(([id, { run }]) => ({ id, run }))
		.sort((one, other) => (one.id < other.id ? -1 : 1));
};
