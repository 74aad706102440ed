import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { UsageReport } from "../../../contract/usage.ts";
import { ask, errorOf, newKey, newTenant } from "../http/ask.ts";
import { WrittenLedger } from "./written-ledger.ts";

const DAY_MS = 24 * 3_600_000;
const AT_MS = Date.UTC(2026, 9, 24, 12);
const NO_COST = { calls: 1, tokens: 0, egressBytes: 0, usdMicros: 0 };
const OWN = { usdMicros: 3, cpuMs: 20, wallMs: 50 };

/** A tenant with what its agents have written. */
const furnish = async (agents = 1) => {
	const { id, key } = await newTenant();
	const ledger = Object.assign(new WrittenLedger(agents), { tenantId: id });
	const read = async (query: string): Promise<UsageReport> => {
		const answer = await ask("GET", `/v1/usage?${query}`, { key: key.value });
		expect(answer.status, answer.text).toBe(200);
		return UsageReport.parse(answer.json);
	};
	return { key: key.value, ledger, read };
};

const callAt = (startedAtMs: number, model: string | null = null) => ({
	...{ startedAtMs, model, status: "done" as const, verb: model === null ? "state" : "ai.complete" },
	cost: { ...NO_COST, tokens: 7, usdMicros: 11 },
});

describe("GET /v1/usage", () => {
	it("adds up days by the tenant's time zone, with the rows' total", async () => {
		const { key, ledger, read } = await furnish();
		// 23:30 and 00:30 in Berlin, both on the 24th by UTC's clocks.
		const [before, after] = [Date.UTC(2026, 9, 24, 21, 30), Date.UTC(2026, 9, 24, 22, 30)];
		await ledger.write(ledger.pieces({ agent: 0, createdAtMs: before, own: OWN, calls: [callAt(before), callAt(after)] }));
		const range = `from=${AT_MS - DAY_MS}&to=${AT_MS + 2 * DAY_MS}&groupBy=day`;
		expect((await read(range)).rows.map(({ day, runs, calls, usdMicros }) => [day, runs, calls, usdMicros])).toEqual([
			["2026-10-24", 1, 2, 25],
		]);
		expect((await ask("PUT", "/v1/budget", { key, body: { limits: {}, timeZone: "Europe/Berlin" } })).status).toBe(200);
		const report = await read(range);
		expect(report).toMatchObject({ timeZone: "Europe/Berlin", groupBy: ["day"], total: { runs: 1, calls: 2, tokens: 14, usdMicros: 25 } });
		expect(report.rows.map(({ day, runs, calls, usdMicros }) => [day, runs, calls, usdMicros])).toEqual([
			["2026-10-24", 1, 1, 14],
			["2026-10-25", 0, 1, 11],
		]);
	});

	it("has what runs used beside their calls under no verb and no model, and agents with their names", async () => {
		const { key, ledger, read } = await furnish();
		const { json } = await ask("POST", "/v1/agents", { key, body: { name: "worker", policy: { grants: {} } } });
		const agent = String(Object.entries(Object(json)).find(([name]) => name === "id")?.[1]);
		Object.assign(ledger, { agentIds: [agent] });
		await ledger.write(ledger.pieces({ agent: 0, createdAtMs: AT_MS, own: OWN, calls: [callAt(AT_MS), callAt(AT_MS, "small")] }));
		const at = `from=${AT_MS}&to=${AT_MS + 1}`;
		const { rows } = await read(`${at}&groupBy=verb,model`);
		expect(rows.map(({ verb, model, runs, calls, usdMicros }) => [verb, model, runs, calls, usdMicros])).toEqual([
			[null, null, 1, 0, 3],
			["ai.complete", "small", 0, 1, 11],
			["state", null, 0, 1, 11],
		]);
		expect((await read(`${at}&groupBy=agent`)).rows).toEqual([
			{ agent, agentName: "worker", runs: 1, calls: 2, cpuMs: 20, wallMs: 50, tokens: 14, egressBytes: 0, usdMicros: 25 },
		]);
	});

	it("begins with the month, by the tenant's clocks, and ends now where nothing else is asked for", async () => {
		const { key, read } = await furnish();
		await ask("PUT", "/v1/budget", { key, body: { limits: {}, timeZone: "Asia/Tokyo" } });
		const { fromMs, toMs, groupBy, rows, total } = await read("");
		const tokyo = new Date(fromMs + 9 * 3_600_000);
		expect([tokyo.getUTCDate(), tokyo.getUTCHours(), tokyo.getUTCMinutes(), groupBy, rows, total.runs]).toEqual([1, 0, 0, ["day"], [], 0]);
		expect(toMs - fromMs).toBeLessThanOrEqual(31 * DAY_MS);
		expect(Math.abs(toMs - Date.now())).toBeLessThan(60_000);
		// The month in which a range ends that has an end alone: the last moment of a month is in it.
		const march = Date.UTC(2026, 3, 1) - 9 * 3_600_000;
		expect(await read(`to=${march}`)).toMatchObject({ fromMs: Date.UTC(2026, 2, 1) - 9 * 3_600_000, toMs: march });
	});

	it("takes 366 days and not a millisecond more", async () => {
		const { key } = await furnish();
		const status = async (lengthMs: number) => (await ask("GET", `/v1/usage?from=${AT_MS}&to=${AT_MS + lengthMs}`, { key })).status;
		expect([await status(366 * DAY_MS), await status(366 * DAY_MS + 1), await status(1), await status(0), await status(-1)]).toEqual([
			...[200, 400, 200, 400, 400],
		]);
		const days = (from: number, to: number) => ask("GET", `/v1/usage?from=${from}&to=${to}&groupBy=day`, { key });
		expect((await days(0, 1)).status).toBe(200);
		expect((await days(Date.UTC(9999, 11, 1), Date.UTC(9999, 11, 31))).status).toBe(200);
	});

	it("says so when there are more rows than one answer has, and answers with the most", async () => {
		const { key, ledger } = await furnish();
		const write = (from: number, count: number) =>
			env.DB.prepare(
				`WITH RECURSIVE n (i) AS (SELECT ?2 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2 + ?3)
				INSERT INTO runs (id, tenant_id, agent_id, status, created_at_ms, summary, result, files, revision)
				SELECT 'run_' || ?1 || i, ?1, 'agt_' || i, 'succeeded', ?4, '{}', 'null', '[]', 1 FROM n`,
			)
				.bind(ledger.tenantId, from, count, AT_MS)
				.run();
		await write(0, LIMITS.usageRows);
		const path = `/v1/usage?from=${AT_MS}&to=${AT_MS + 1}`;
		const most = await ask("GET", `${path}&groupBy=agent`, { key });
		expect([most.status, UsageReport.parse(most.json).total.runs]).toEqual([200, LIMITS.usageRows]);
		await write(LIMITS.usageRows, 1);
		const over = await ask("GET", `${path}&groupBy=agent`, { key });
		expect([over.status, errorOf(over).code]).toEqual([400, "invalid_request"]);
		expect(errorOf(over).message).toContain(`more than ${LIMITS.usageRows} rows`);
		expect((await ask("GET", `${path}&groupBy=day`, { key })).status).toBe(200);
	});

	it.each([
		"from=yesterday",
		"from=1e12",
		"from=-1",
		"from=1.5",
		"from=0x10",
		"from=%20",
		"from=",
		"from=9999999999999999",
		`to=${Date.UTC(9999, 11, 31) + 1}`,
		"to=NaN",
		"to=Infinity",
		"groupBy=",
		"groupBy=day,day",
		"groupBy=day,verb,model",
		"groupBy=tenant",
		"groupBy=day;DROP%20TABLE%20runs",
		"groupBy=agent%27",
		"groupBy=constructor",
		`groupBy=${"day,".repeat(12)}day`,
		"groupBy=day&groupBy=verb",
		"format=xml",
		"format=CSV",
		"timeZone=Mars/Olympus",
		"tenant=ten_1",
	])("refuses %s", async (query) => {
		const { key } = await furnish();
		const answer = await ask("GET", `/v1/usage?${query}`, { key });
		expect([answer.status, errorOf(answer).code]).toEqual([400, "invalid_request"]);
	});

	it("shows a tenant nothing of another's, and nothing to a key without the scope", async () => {
		const { ledger } = await furnish();
		await ledger.write(ledger.pieces({ agent: 0, createdAtMs: AT_MS, own: OWN, calls: [callAt(AT_MS)] }));
		const other = await furnish();
		for (const groupBy of ["agent", "day", "verb", "model,agent"])
			expect(await other.read(`from=${AT_MS - 1}&to=${AT_MS + 2}&groupBy=${groupBy}`)).toMatchObject({
				rows: [],
				total: { runs: 0, usdMicros: 0 },
			});
		const { value } = await newKey(other.key, { scopes: ["read:runs", "write:budgets"] });
		const answer = await ask("GET", "/v1/usage", { key: value });
		expect([answer.status, errorOf(answer).code]).toEqual([403, "forbidden"]);
		expect((await ask("GET", "/v1/usage")).status).toBe(401);
	});

	it("as CSV has a line of headers and the rows, no text in which a spreadsheet runs", async () => {
		const { key, ledger } = await furnish();
		const models = [
			"small",
			'=HYPERLINK("http://evil.test","x")',
			"+1",
			"-1",
			"@sum",
			"\t=1",
			"\n=1",
			" =1",
			"＝1",
			'a,"b"',
			"a\r\nb",
			"|calc",
		];
		const calls = models.map((model) => callAt(AT_MS, model));
		await ledger.write(ledger.pieces({ agent: 0, createdAtMs: AT_MS, own: OWN, calls }));
		const answer = await ask("GET", `/v1/usage?from=${AT_MS}&to=${AT_MS + 1}&groupBy=model&format=csv`, { key });
		expect(answer.status).toBe(200);
		expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
		expect(answer.headers.get("content-disposition")).toBe('attachment; filename="usage.csv"');
		const [header, ...lines] = answer.text.split("\r\n");
		expect(header).toBe("model,runs,calls,cpuMs,wallMs,tokens,egressBytes,usdMicros");
		expect(lines).toContain(",1,0,20,50,0,0,3");
		expect(lines).toContain("small,0,1,0,0,7,0,11");
		expect(lines).toContain('"\'=HYPERLINK(""http://evil.test"",""x"")",0,1,0,0,7,0,11');
		expect(lines).toContain('"a,""b""",0,1,0,0,7,0,11');
		expect(lines.at(-1)).toBe("");
		const formulas = models.filter((model) => /^\s*[=+\-@|＝]/.test(model));
		expect(formulas).toHaveLength(9);
		for (const model of formulas) expect(answer.text).toContain(`\n"'${model.replaceAll('"', '""')}",0,1,0,0,7,0,11\r\n`);
		const none = await ask("GET", `/v1/usage?from=1&to=2&groupBy=agent,day&format=csv`, { key });
		expect(none.text).toBe("agent,agentName,day,runs,calls,cpuMs,wallMs,tokens,egressBytes,usdMicros\r\n");
	});
});
