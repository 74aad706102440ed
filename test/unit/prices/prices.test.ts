import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { newId } from "../../../contract/ids.ts";
import { Prices } from "../../../contract/prices.ts";
import { DEFAULT_PRICES } from "../../../worker/budgets/prices.ts";
import { tenantPrices } from "../../../worker/prices/known-prices.ts";
import { ask, errorOf, newKey, newTenant, OPERATOR } from "../http/ask.ts";

const TABLE = {
	runNanos: 5_000,
	cpuSecondNanos: 0,
	egressGibNanos: 7,
	verbs: { "ai.complete": { callNanos: 1, kiloTokenNanos: 2 }, state: { callNanos: 3 } },
};
const PLATFORMS = { version: 0, isDefault: true, prices: DEFAULT_PRICES };

const pricesOf = (id: string): string => `/v1/tenants/${id}/prices`;
const asOperator = async (method: "GET" | "PUT" | "DELETE", id: string, body?: unknown): Promise<Prices> => {
	const answer = await ask(method, pricesOf(id), { key: OPERATOR, ...(body === undefined ? {} : { body }) });
	expect(answer.status, answer.text).toBe(200);
	return Prices.parse(answer.json);
};
const shownTo = async (key: string): Promise<Prices> => Prices.parse((await ask("GET", "/v1/prices", { key })).json);

describe("a tenant's prices", () => {
	it("are the platform's until the operator sets others, and again when those are taken away", async () => {
		const { id, key } = await newTenant();
		expect(await shownTo(key.value)).toEqual(PLATFORMS);
		expect(await tenantPrices(env, id)).toBeNull();
		expect(await asOperator("PUT", id, TABLE)).toEqual({ version: 1, isDefault: false, prices: TABLE });
		expect(await shownTo(key.value)).toEqual({ version: 1, isDefault: false, prices: TABLE });
		expect(await tenantPrices(env, id)).toEqual({ version: 1, table: TABLE });
		expect(await asOperator("DELETE", id)).toEqual({ ...PLATFORMS, version: 2 });
		expect(await tenantPrices(env, id)).toBeNull();
		expect(await shownTo(key.value)).toEqual({ ...PLATFORMS, version: 2 });
	});

	it("have a version that rises with each change and never repeats, and not with a repeat", async () => {
		const { id } = await newTenant();
		const dearer = { ...TABLE, runNanos: 9_999 };
		const versions = [
			await asOperator("PUT", id, TABLE),
			await asOperator("PUT", id, { ...TABLE, verbs: { state: { callNanos: 3 }, "ai.complete": { kiloTokenNanos: 2, callNanos: 1 } } }),
			await asOperator("PUT", id, dearer),
			await asOperator("DELETE", id),
			await asOperator("DELETE", id),
			await asOperator("PUT", id, TABLE),
		].map(({ version }) => version);
		expect(versions).toEqual([1, 1, 2, 3, 3, 4]);
	});

	it("hold for runs admitted here from the answer on, though older ones were known", async () => {
		const { id } = await newTenant();
		for (const runNanos of [1, 2, 3]) {
			await asOperator("PUT", id, { ...TABLE, runNanos });
			expect((await tenantPrices(env, id))?.table.runNanos).toBe(runNanos);
		}
	});

	it("are not another tenant's", async () => {
		const [one, other] = [await newTenant(), await newTenant()];
		await asOperator("PUT", one.id, TABLE);
		expect(await shownTo(other.key.value)).toEqual(PLATFORMS);
		expect(await tenantPrices(env, other.id)).toBeNull();
	});

	it.each([
		["below zero", { ...TABLE, runNanos: -1 }],
		["a fraction", { ...TABLE, runNanos: 0.5 }],
		["text", { ...TABLE, runNanos: "5" }],
		["null", { ...TABLE, runNanos: null }],
		["more than the most", { ...TABLE, egressGibNanos: LIMITS.priceNanos + 1 }],
		["missing", { runNanos: 1, cpuSecondNanos: 1, egressGibNanos: 1 }],
		["of a verb that there is not", { ...TABLE, verbs: { "ai.complet": { callNanos: 1 } } }],
		["of what every object has", { ...TABLE, verbs: { constructor: { callNanos: 1 } } }],
		["of a dimension that there is not", { ...TABLE, verbs: { state: { tokenNanos: 1 } } }],
		[
			"of too many verbs",
			{ ...TABLE, verbs: Object.fromEntries(Array.from({ length: LIMITS.pricedVerbs + 1 }, (_, index) => [`v${index}`, {}])) },
		],
		["a list", []],
	])("that are %s are refused, and nothing is set", async (_what, body) => {
		const { id, key } = await newTenant();
		const answer = await ask("PUT", pricesOf(id), { key: OPERATOR, body });
		expect([answer.status, errorOf(answer).code], answer.text).toEqual([400, "invalid_request"]);
		expect(await shownTo(key.value)).toEqual(PLATFORMS);
	});

	it("take the highest price, and no verb of a name that only looks like one", async () => {
		const { id } = await newTenant();
		const most = { runNanos: LIMITS.priceNanos, cpuSecondNanos: LIMITS.priceNanos, egressGibNanos: LIMITS.priceNanos, verbs: {} };
		expect((await asOperator("PUT", id, most)).prices).toEqual(most);
		const raw = `${JSON.stringify(most).slice(0, -3)}{"__proto__":{"callNanos":1}}}`;
		const answer = await ask("PUT", pricesOf(id), { key: OPERATOR, raw });
		expect(answer.status === 400 || Object.keys(Prices.parse(answer.json).prices.verbs).length === 0, answer.text).toBe(true);
	});

	it("are set by the operator alone, and read with read:budgets", async () => {
		const { id, key } = await newTenant();
		for (const method of ["GET", "PUT", "DELETE"])
			expect((await ask(method, pricesOf(id), { key: key.value, ...(method === "PUT" ? { body: TABLE } : {}) })).status).toBe(401);
		const { value } = await newKey(key.value, { scopes: ["read:runs", "write:budgets"] });
		expect((await ask("GET", "/v1/prices", { key: value })).status).toBe(403);
		expect((await ask("PUT", "/v1/prices", { key: key.value, body: TABLE })).status).toBe(405);
		for (const [method, body] of [["GET"], ["PUT", TABLE], ["DELETE"]] as const)
			expect((await ask(method, pricesOf(newId("ten")), { key: OPERATOR, ...(body === undefined ? {} : { body }) })).status).toBe(404);
		expect(await shownTo(key.value)).toEqual(PLATFORMS);
	});
});
