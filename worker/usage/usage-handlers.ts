import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { UsageAmounts, UsageQuery, UsageReport } from "../../contract/usage.ts";
import { windowStart } from "../budgets/windows.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { addUpUsage } from "./add-up-usage.ts";
import { splitDays } from "./split-days.ts";
import { usageCsv } from "./usage-csv.ts";

/** `GET /v1/usage`. */
export const usageHandlers: Handlers<"getUsage"> = {
	async getUsage({ env, caller, query }) {
		const report = await reportOf(env, caller.tenantId, query, Date.now());
		if (query.format === "json") return { status: 200, body: report };
		return new Response(usageCsv(report), {
			headers: { "content-type": "text/csv; charset=utf-8; header=present", "content-disposition": 'attachment; filename="usage.csv"' },
		});
	},
};

const reportOf = async (env: Env, tenantId: string, query: UsageQuery, nowMs: number): Promise<UsageReport> => {
	const timeZone = await zoneOf(env, tenantId);
	const toMs = query.to ?? nowMs;
	const fromMs = query.from ?? windowStart("month", Math.max(0, toMs - 1), timeZone);
	checkRange(fromMs, toMs);
	const groupBy = query.groupBy ?? ["day"];
	const parts = groupBy.includes("day") ? splitDays(fromMs, toMs, timeZone) : [{ day: null, startMs: fromMs, endMs: toMs }];
	const rows = await addUpUsage(env.DB, { tenantId, parts, groupBy });
	if (rows === null) throw wrong("groupBy", `more than ${LIMITS.usageRows} rows`, "fewer: a shorter range, or one key");
	return { fromMs, toMs, timeZone, groupBy, rows, total: totalOf(rows) };
};

/** The tenant's object keeps the zone of its budgets' clocks. */
const zoneOf = async (env: Env, tenantId: string): Promise<string> =>
	(await env.TENANTS.get(env.TENANTS.idFromName(tenantId)).read()).timeZone;

/** @throws Refusal `invalid_request` */
const checkRange = (fromMs: number, toMs: number): void => {
	if (toMs <= fromMs) throw wrong("to", `${toMs}, not after from (${fromMs})`, "a moment after it");
	if (toMs - fromMs > LIMITS.usageRangeMs) throw wrong("from", "a range of more than 366 days", "at most 366 days");
};

const wrong = (path: string, found: string, wanted: string): Refusal =>
	new Refusal("invalid_request", `Adding up usage: ${path}: found ${found}, wanted ${wanted}`, {
		details: { issues: [{ path, found, wanted }] },
	});

const totalOf = (rows: readonly UsageAmounts[]): UsageAmounts => {
	const sumOf = (dimension: keyof UsageAmounts): number => rows.reduce((sum, row) => sum + row[dimension], 0);
	return {
		runs: sumOf("runs"),
		calls: sumOf("calls"),
		cpuMs: sumOf("cpuMs"),
		wallMs: sumOf("wallMs"),
		tokens: sumOf("tokens"),
		egressBytes: sumOf("egressBytes"),
		usdMicros: sumOf("usdMicros"),
	};
};
