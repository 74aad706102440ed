import { describe, expect, it } from "vitest";
import { TenantBudget } from "../../../contract/budgets.ts";
import { ask, errorOf, newKey, newTenant, OPERATOR } from "../http/ask.ts";

const put = async (key: string, path: string, body: unknown): Promise<TenantBudget> => {
	const answer = await ask("PUT", path, { key, body });
	expect(answer.status, answer.text).toBe(200);
	return TenantBudget.parse(answer.json);
};
const read = async (key: string, path = "/v1/budget"): Promise<TenantBudget> => TenantBudget.parse((await ask("GET", path, { key })).json);

describe("a tenant's budget", () => {
	it("has no limits until somebody sets some, and shows what was set", async () => {
		const { key } = await newTenant();
		const before = await read(key.value);
		expect(before).toMatchObject({ limits: {}, ceiling: {}, timeZone: "UTC", liveRuns: { limit: null, leased: 0, left: null } });
		const limits = { day: { usdMicros: 5_000_000, runs: 100 }, lifetime: { tokens: 9 }, liveRuns: 7 };
		const after = await put(key.value, "/v1/budget", { limits, timeZone: "Europe/Berlin" });
		expect(after).toMatchObject({ limits, ceiling: {}, timeZone: "Europe/Berlin", liveRuns: { limit: 7, leased: 0, left: 7 } });
		expect(after.windows.day).toMatchObject({ limits: limits.day, left: limits.day });
		expect(await read(key.value)).toEqual(after);
	});

	it("keeps its time zone when limits are set without one", async () => {
		const { key } = await newTenant();
		await put(key.value, "/v1/budget", { limits: {}, timeZone: "Asia/Tokyo" });
		expect(await put(key.value, "/v1/budget", { limits: { day: { runs: 1 } } })).toMatchObject({ timeZone: "Asia/Tokyo" });
	});

	it("of a zone that nobody knows is refused with what was found and wanted, and nothing is set", async () => {
		const { key } = await newTenant();
		const answer = await ask("PUT", "/v1/budget", { key: key.value, body: { limits: { liveRuns: 1 }, timeZone: "Mars/Olympus" } });
		expect(answer.status).toBe(400);
		const issue = { path: "timeZone", found: '"Mars/Olympus"', wanted: expect.stringContaining("Europe/Berlin") };
		expect(errorOf(answer)).toMatchObject({ code: "invalid_request", issues: [issue] });
		expect(await read(key.value)).toMatchObject({ limits: {}, timeZone: "UTC" });
	});

	it.each([
		["below zero", { day: { usdMicros: -1 } }],
		["a fraction", { day: { usdMicros: 0.5 } }],
		["text", { day: { usdMicros: "5" } }],
		["1e308", { day: { usdMicros: 1e308 } }],
		["2^53 + 2", { day: { usdMicros: 2 ** 53 + 2 } }],
		["not a number", { day: { usdMicros: null } }],
		["of a window that there is not", { week: { runs: 1 } }],
		["of a run: that is an agent's", { run: { calls: 1 } }],
		["of a dimension that there is not", { day: { dollars: 1 } }],
	])("of an amount that is %s is refused", async (_what, limits) => {
		const { key } = await newTenant();
		const answer = await ask("PUT", "/v1/budget", { key: key.value, body: { limits } });
		expect([answer.status, errorOf(answer).code]).toEqual([400, "invalid_request"]);
		expect((await read(key.value)).limits).toEqual({});
	});

	it("takes the largest whole number, and -0 for none left", async () => {
		const { key } = await newTenant();
		const most = { day: { usdMicros: Number.MAX_SAFE_INTEGER } };
		expect((await put(key.value, "/v1/budget", { limits: most })).windows.day.left).toEqual(most.day);
		const none = await ask("PUT", "/v1/budget", { key: key.value, raw: '{"limits":{"day":{"usdMicros":-0}}}' });
		expect(TenantBudget.parse(none.json).windows.day.left).toEqual({ usdMicros: 0 });
	});

	it("is read with read:budgets and set with write:budgets, and neither with another scope", async () => {
		const { key } = await newTenant();
		const [reader, writer] = await Promise.all(["read:budgets", "write:budgets"].map((scope) => newKey(key.value, { scopes: [scope] })));
		const statuses = async (value = "") => [
			(await ask("GET", "/v1/budget", { key: value })).status,
			(await ask("PUT", "/v1/budget", { key: value, body: { limits: {} } })).status,
		];
		expect(await statuses(reader?.value)).toEqual([200, 403]);
		expect(await statuses(writer?.value)).toEqual([403, 200]);
	});

	it("is one tenant's: another's limits and zone do not show in it", async () => {
		const [one, other] = [await newTenant(), await newTenant()];
		await put(one.key.value, "/v1/budget", { limits: { liveRuns: 1 }, timeZone: "Asia/Tokyo" });
		expect(await read(other.key.value)).toMatchObject({ limits: {}, timeZone: "UTC" });
	});
});

describe("the operator's ceiling of a tenant's budget", () => {
	it("binds beside the tenant's own limits, the tighter of the two, and no key of the tenant raises it", async () => {
		const { id, key } = await newTenant();
		const ceiling = { day: { usdMicros: 100, runs: 10 }, liveRuns: 4 };
		await put(OPERATOR, `/v1/tenants/${id}/budget`, { limits: ceiling });
		const own = { day: { usdMicros: 1_000_000, runs: 3 }, month: { calls: 5 }, liveRuns: 100 };
		const budget = await put(key.value, "/v1/budget", { limits: own });
		expect(budget).toMatchObject({ limits: own, ceiling, liveRuns: { limit: 4 } });
		expect(budget.windows.day.limits).toEqual({ usdMicros: 100, runs: 3 });
		expect(budget.windows.month.limits).toEqual({ calls: 5 });
		expect((await put(key.value, "/v1/budget", { limits: {} })).windows.day.limits).toEqual(ceiling.day);
		expect(await read(OPERATOR, `/v1/tenants/${id}/budget`)).toEqual(await read(key.value));
	});

	it("leaves the tenant's own limits as they are, and is gone when an empty one is set", async () => {
		const { id, key } = await newTenant();
		await put(key.value, "/v1/budget", { limits: { hour: { calls: 8 } }, timeZone: "Europe/Berlin" });
		await put(OPERATOR, `/v1/tenants/${id}/budget`, { limits: { hour: { calls: 2 } } });
		expect(await read(key.value)).toMatchObject({ limits: { hour: { calls: 8 } }, timeZone: "Europe/Berlin" });
		expect((await read(key.value)).windows.hour.limits).toEqual({ calls: 2 });
		await put(OPERATOR, `/v1/tenants/${id}/budget`, { limits: {} });
		expect((await read(key.value)).windows.hour.limits).toEqual({ calls: 8 });
	});

	it("is the operator's alone: a tenant's key is shut out, and a tenant that is not there has none", async () => {
		const { id, key } = await newTenant();
		for (const method of ["GET", "PUT"]) {
			const body = method === "PUT" ? { body: { limits: {} } } : {};
			expect((await ask(method, `/v1/tenants/${id}/budget`, { key: key.value, ...body })).status).toBe(401);
			const nobody = id.replace(/.$/, id.endsWith("0") ? "1" : "0");
			expect((await ask(method, `/v1/tenants/${nobody}/budget`, { key: OPERATOR, ...body })).status).toBe(404);
		}
	});
});
