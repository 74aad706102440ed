import type { PriceTable } from "../../contract/budgets.ts";
import type { PartialVector } from "./vector.ts";

const KIB_PER_GIB = 1024 * 1024;

/** The platform's prices, what a tenant without a table of its own pays: 300 billionths of a US dollar a run, 20 a millisecond of CPU, 90 a KiB that leaves the house. */
export const DEFAULT_PRICES: PriceTable = { runNanos: 300, cpuSecondNanos: 20 * 1000, egressGibNanos: 90 * KIB_PER_GIB, verbs: {} };

/**
 * Cost in millionths of a US dollar, rounded up, of an amount whose own `usdMicros` (what a verb paid elsewhere) is added.
 * @param verb by which a call used it: its price a call and a thousand tokens is added
 */
export const priceOf = (amount: PartialVector, table: PriceTable = DEFAULT_PRICES, verb: string | null = null): number => {
	const ofVerb = verb === null || !Object.hasOwn(table.verbs, verb) ? undefined : table.verbs[verb];
	const nanos =
		(amount.runs ?? 0) * table.runNanos +
		((amount.cpuMs ?? 0) * table.cpuSecondNanos) / 1000 +
		((amount.egressBytes ?? 0) / 1024) * (table.egressGibNanos / KIB_PER_GIB) +
		(amount.calls ?? 0) * (ofVerb?.callNanos ?? 0) +
		((amount.tokens ?? 0) / 1000) * (ofVerb?.kiloTokenNanos ?? 0);
	return Math.ceil(nanos / 1000) + (amount.usdMicros ?? 0);
};
