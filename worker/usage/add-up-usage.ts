import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";
import { type UsageKey, UsageRow } from "../../contract/usage.ts";
import type { Part } from "./split-days.ts";

/** Which usage, of whom, and how it is divided. */
export interface UsageAsk {
	readonly tenantId: string;
	/** What the range is made of: days where it is grouped by them, else one part. */
	readonly parts: readonly Part[];
	/** Different ones, at least one. */
	readonly groupBy: readonly UsageKey[];
}

/** Where an entry of the ledger has a key: a run's own part, and a call. */
const KEYS: { readonly [Key in UsageKey]: { readonly ofRun: string; readonly ofCall: string } } = {
	agent: { ofRun: "runs.agent_id", ofCall: "calls.agent_id" },
	day: { ofRun: "parts.day", ofCall: "parts.day" },
	verb: { ofRun: "NULL", ofCall: "calls.verb" },
	model: { ofRun: "NULL", ofCall: "calls.model" },
};

const Rows = z.array(UsageRow);

/**
 * Adds up the ledger: of each run its own part, by when it was admitted, and each call, by when it began. Every entry is in exactly one row, so that the rows'
 * sum is the same whatever they are grouped by. One statement, which sees one state of the ledger. Calls that cost nothing have no row.
 * @returns null when there are more than LIMITS.usageRows rows
 */
export const addUpUsage = async (db: D1Database, { tenantId, parts, groupBy }: UsageAsk): Promise<UsageRow[] | null> => {
	const spans = JSON.stringify(parts.map(({ day, startMs, endMs }) => [day, startMs, endMs]));
	const { results } = await db
		.prepare(usageQuery(groupBy))
		.bind(tenantId, spans, LIMITS.usageRows + 1)
		.all();
	return results.length > LIMITS.usageRows ? null : Rows.parse(results);
};

/** Both sums are read from indexes that have all of it, a stretch of them for each part. @param groupBy no text of a client's: keys of the table above */
export const usageQuery = (groupBy: readonly UsageKey[]): string => {
	const keys = groupBy.join(", ");
	const keysOf = (entry: "ofRun" | "ofCall"): string => groupBy.map((key) => `${KEYS[key][entry]} AS ${key}`).join(", ");
	const name = groupBy.includes("agent") ? "(SELECT name FROM agents WHERE tenant_id = ?1 AND id = agent) AS agentName, " : "";
	return `WITH parts (day, start_ms, end_ms) AS MATERIALIZED (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2)),
	entries AS (
		SELECT ${keysOf("ofRun")}, count(*) AS runs, 0 AS calls, sum(cpu_ms) AS cpuMs, sum(wall_ms) AS wallMs, 0 AS tokens, 0 AS egressBytes,
			sum(own_usd_micros) AS usdMicros
		FROM parts CROSS JOIN runs INDEXED BY runs_by_time
		WHERE runs.tenant_id = ?1 AND runs.created_at_ms >= parts.start_ms AND runs.created_at_ms < parts.end_ms
		GROUP BY ${groupBy.map((key) => KEYS[key].ofRun).join(", ")}
		UNION ALL
		SELECT ${keysOf("ofCall")}, 0, sum(charged), 0, 0, sum(tokens), sum(egress_bytes), sum(usd_micros)
		FROM parts CROSS JOIN calls INDEXED BY calls_by_time
		WHERE calls.tenant_id = ?1 AND calls.started_at_ms >= parts.start_ms AND calls.started_at_ms < parts.end_ms
			AND (charged <> 0 OR tokens <> 0 OR egress_bytes <> 0 OR usd_micros <> 0)
		GROUP BY ${groupBy.map((key) => KEYS[key].ofCall).join(", ")}
	)
	SELECT ${keys}, ${name}sum(runs) AS runs, sum(calls) AS calls, sum(cpuMs) AS cpuMs, sum(wallMs) AS wallMs, sum(tokens) AS tokens,
		sum(egressBytes) AS egressBytes, sum(usdMicros) AS usdMicros
	FROM entries GROUP BY ${keys} ORDER BY ${keys} LIMIT ?3`;
};
