import type { PriceTable } from "../../contract/budgets.ts";
import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Prices } from "../../contract/prices.ts";
import { DEFAULT_PRICES } from "../budgets/prices.ts";
import type { Handlers } from "../handler.ts";
import { CATALOGUE } from "../verbs/catalogue.ts";
import { forgetPrices } from "./known-prices.ts";
import { findPrices, type StoredPrices, setPrices } from "./price-store.ts";

/** The operations on what a tenant pays. They read the registry itself, so that they show what was set last. */
export const priceHandlers: Handlers<"getPrices" | "getTenantPrices" | "putTenantPrices" | "deleteTenantPrices"> = {
	getPrices: async ({ env, caller }) => ({ status: 200, body: shown(await findPrices(env, caller.tenantId)) }),
	getTenantPrices: async ({ env, params }) => ({ status: 200, body: shown(await findPrices(env, params.id)) }),

	async putTenantPrices({ env, params, body }) {
		checkVerbs(body);
		const stored = await setPrices(env, params.id, body);
		forgetPrices(params.id);
		return { status: 200, body: shown(stored) };
	},

	async deleteTenantPrices({ env, params }) {
		const stored = await setPrices(env, params.id, null);
		forgetPrices(params.id);
		return { status: 200, body: shown(stored) };
	},
};

/** @throws Refusal `not_found` */
const shown = (stored: StoredPrices | null): Prices => {
	if (stored === null) throw new Refusal("not_found", "Finding a tenant: found none of this id, wanted a tenant");
	return { version: stored.version, isDefault: stored.table === null, prices: stored.table ?? DEFAULT_PRICES };
};

/** A misspelt verb would never be charged. @throws Refusal `invalid_request` */
const checkVerbs = ({ verbs }: PriceTable): void => {
	const wanted = [...CATALOGUE.keys()].join(", ");
	const issues = Object.keys(verbs)
		.filter((verb) => !CATALOGUE.has(verb))
		.slice(0, LIMITS.issuesShown)
		.map((verb) => ({ path: "verbs", found: JSON.stringify(verb), wanted: `one of ${wanted}` }));
	const [first] = issues;
	if (first === undefined) return;
	throw new Refusal("invalid_request", `Setting prices: verbs: found ${first.found}, wanted ${first.wanted}`, { details: { issues } });
};
