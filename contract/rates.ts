import { z } from "zod";
import { LIMITS } from "./limits.ts";

const PerMinute = z.int().min(LIMITS.ratePerMinute.min).max(LIMITS.ratePerMinute.max);

/** Requests a minute: of one key, of all keys of one tenant together, and of everybody without a valid key (where the address is known: of each address). */
export const Rates = z.strictObject({ key: PerMinute, tenant: PerMinute, stranger: PerMinute });
export type Rates = z.infer<typeof Rates>;

/** What an operator who says nothing gets. */
export const DEFAULT_RATES: Rates = {
	key: LIMITS.ratePerMinute.key,
	tenant: LIMITS.ratePerMinute.tenant,
	stranger: LIMITS.ratePerMinute.stranger,
};

export const RATES_WANTED = `wanted "key:6000,tenant:12000,stranger:3000" or some of these, requests a minute from ${LIMITS.ratePerMinute.min} to ${LIMITS.ratePerMinute.max}`;

/** Reads rates as an operator writes them: `key:6000,tenant:12000,stranger:3000`; what is left out has its default. Null when they are not that. */
export const readRates = (text: string): Rates | null => {
	const pairs = text.split(",", 4).map((part) => part.trim().split(":", 3));
	const given = pairs.map(([name = "", amount = "", ...rest]) => [
		name,
		rest.length === 0 && /^\d{1,9}$/.test(amount) ? Number(amount) : null,
	]);
	if (new Set(given.map(([name]) => name)).size < given.length) return null;
	const parsed = Rates.safeParse({ ...DEFAULT_RATES, ...Object.fromEntries(given) });
	return parsed.success ? parsed.data : null;
};
