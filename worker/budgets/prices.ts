import type { PartialVector } from "./vector.ts";

/** What the platform charges, in billionths of a US dollar: a run, a millisecond of CPU, a KiB that leaves the house. */
export const PRICES = { runNanos: 300, cpuMsNanos: 20, egressKibNanos: 90 } as const;

/** Cost in millionths of a US dollar, rounded up, of an amount whose own `usdMicros` (what a verb paid elsewhere) is added. */
export const priceOf = (amount: PartialVector): number => {
	const nanos =
		(amount.runs ?? 0) * PRICES.runNanos +
		(amount.cpuMs ?? 0) * PRICES.cpuMsNanos +
		((amount.egressBytes ?? 0) / 1024) * PRICES.egressKibNanos;
	return Math.ceil(nanos / 1000) + (amount.usdMicros ?? 0);
};
