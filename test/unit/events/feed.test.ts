import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { TenantEvent } from "../../../contract/events.ts";
import { newId } from "../../../contract/ids.ts";
import { eventStatements } from "../../../worker/ledger/tenant-events.ts";
import { ask, errorOf, newKey, newTenant } from "../http/ask.ts";

const Page = z.object({ data: z.array(TenantEvent), nextCursor: z.string().nullable() });
const NOON = Date.UTC(2026, 10, 21, 12);

const threshold = (atMs: number, agent: string | null): TenantEvent => ({
	...{ id: newId("evt", atMs), type: "budget.threshold", atMs, agent, run: null },
	data: {
		...{ level: agent === null ? "tenant" : "agent", grant: null, window: "day", dimension: "calls" },
		...{ percent: 50, limit: 10, settled: 5, resetsAtMs: NOON + 1 },
	},
});
const suspended = (atMs: number): TenantEvent => ({
	...{ id: newId("evt", atMs), type: "tenant.suspended", atMs, agent: null, run: null },
	data: {},
});

/** A tenant whose events D1 has, the oldest first. */
const makeFeed = async () => {
	const tenant = await newTenant();
	const key = tenant.key.value;
	const agents = z.object({ data: z.array(z.object({ id: z.string() })) }).parse((await ask("GET", "/v1/agents", { key })).json);
	const agent = agents.data[0]?.id ?? "";
	const events = [threshold(NOON, agent), threshold(NOON + 1, null), suspended(NOON + 2), threshold(NOON + 3, agent)];
	await env.DB.batch(eventStatements(env.DB, tenant.id, events));
	return { tenant, key, agent, events };
};
const read = async (key: string, query = ""): Promise<z.infer<typeof Page>> =>
	Page.parse((await ask("GET", `/v1/events${query}`, { key })).json);
const refusedCode = async (key: string, query: string): Promise<string> => errorOf(await ask("GET", `/v1/events${query}`, { key })).code;
const cursorOf = (value: unknown): string => btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");

describe("the feed of events", () => {
	it("is newest first, in pages, each event once", async () => {
		const { key, events } = await makeFeed();
		const newestFirst = [...events].reverse();
		expect((await read(key)).data).toEqual(newestFirst);
		const first = await read(key, "?limit=3");
		const second = await read(key, `?limit=3&cursor=${first.nextCursor}`);
		expect([...first.data, ...second.data]).toEqual(newestFirst);
		expect(second.nextCursor).toBeNull();
		expect((await read(key, "?limit=4")).nextCursor).toBeNull();
	});

	it("is of one type, of one agent by id or name, or of nothing that there is not", async () => {
		const { key, agent, events } = await makeFeed();
		expect((await read(key, "?type=tenant.suspended")).data).toEqual([events[2]]);
		expect((await read(key, `?agent=${agent}&type=budget.threshold`)).data).toEqual([events[3], events[0]]);
		expect((await read(key, "?agent=default&limit=1")).data).toEqual([events[3]]);
		expect((await read(key, "?agent=nobody")).data).toEqual([]);
		for (const type of ["run.exploded", "budget", "", "budget.threshold' OR 1=1 --", "budget.threshold&type=tenant.suspended"])
			expect(await refusedCode(key, `?type=${encodeURIComponent(type)}`), type).toBe("invalid_request");
		expect(await refusedCode(key, "?tenant=other")).toBe("invalid_request");
	});

	it("has nothing of another tenant, by whatever agent, cursor or id", async () => {
		const mine = await makeFeed();
		const other = await makeFeed();
		const others = new Set(other.events.map(({ id }) => id));
		expect((await read(mine.key, `?agent=${other.agent}`)).data).toEqual([]);
		const cursor = (await read(other.key, "?limit=1")).nextCursor;
		const page = await read(mine.key, `?cursor=${cursor}`);
		expect(page.data.length).toBeGreaterThan(0);
		expect(page.data.filter(({ id }) => others.has(id))).toEqual([]);
	});

	it("takes no cursor that it did not make, also none that a run or nobody's list made", async () => {
		const { key } = await makeFeed();
		const forged = [
			...["", "x", "%00", "a".repeat(600), cursorOf({ after: "evt_" }), cursorOf({ after: "evt_0' OR 1=1" }), cursorOf({ after: 1 })],
			...[
				cursorOf({ after: newId("agt") }),
				cursorOf({ after: newId("evt").toUpperCase() }),
				cursorOf([]),
				cursorOf({ after: newId("evt"), tenant: 1 }),
			],
		];
		for (const cursor of forged) expect(await refusedCode(key, `?cursor=${encodeURIComponent(cursor)}`), cursor).toBe("invalid_request");
		expect((await read(key, `?cursor=${cursorOf({ after: newId("evt", 0) })}`)).data).toEqual([]);
	});

	it("is for keys that may read budgets", async () => {
		const { key } = await makeFeed();
		const reader = await newKey(key, { scopes: ["read:budgets"] });
		expect((await ask("GET", "/v1/events", { key: reader.value })).status).toBe(200);
		const runner = await newKey(key, { scopes: ["read:runs", "write:budgets"] });
		expect(await refusedCode(runner.value, "")).toBe("forbidden");
	});
});
