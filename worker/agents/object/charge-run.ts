import type { ObjectState } from "./object-state.ts";
import { priceFor } from "./price-for.ts";
import type { RunRow } from "./run-rows.ts";

/**
 * Charges what an attempt used, as far as the run's hold covers it, gives back the rest, and adds it to the run's usage. The run itself is charged once. A replay is
 * no run, and costs the CPU time that it took.
 * @param used milliseconds, measured on the host
 */
export const chargeRun = (state: ObjectState, row: RunRow, used: { cpuMs: number; wallMs: number }, nowMs: number): RunRow => {
	// Out of the line it never came: nothing was set aside for it, and it used nothing.
	if (row.state.unheld) return row;
	const isReplay = row.state.mode === "replay";
	const runs = row.state.charged || isReplay ? 0 : 1;
	const amount = { runs, cpuMs: Math.ceil(used.cpuMs), wallMs: isReplay ? 0 : Math.ceil(used.wallMs) };
	const charged = state.book.settle(row.id, { ...amount, usdMicros: priceFor(state, row, amount) }, nowMs)?.own;
	const { usage, ownUsdMicros } = row.state;
	return {
		...row,
		state: {
			...row.state,
			charged: true,
			ownUsdMicros: ownUsdMicros === null ? null : ownUsdMicros + (charged?.usdMicros ?? 0),
			usage: {
				...usage,
				cpuMs: usage.cpuMs + (charged?.cpuMs ?? 0),
				wallMs: usage.wallMs + (charged?.wallMs ?? 0),
				usdMicros: usage.usdMicros + (charged?.usdMicros ?? 0),
			},
		},
	};
};
