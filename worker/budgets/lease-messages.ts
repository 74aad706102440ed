import type { Shortage } from "./budget-state.ts";
import type { Share, ShareDimension } from "./share.ts";

/**
 * What an agent's object tells its tenant's of one slice. Amounts are totals, so that only the newest counts: a report may be lost, late, repeated or out of
 * order. `closed`: the agent holds nothing more from it.
 */
export interface SliceReport {
	readonly n: number;
	readonly revision: number;
	readonly settled: Share;
	readonly held: Share;
	readonly closed: boolean;
}

/** Which revision of a slice the tenant's object knows: the agent forgets a slice that is over once its last one is known. */
export interface SliceAck {
	readonly n: number;
	readonly revision: number;
}

/**
 * An agent's wish for a slice. `holder` names whose slices they are; `n` is chosen by the holder and grows, so the same ask again is free and a late one
 * does nothing. `want` is needed at once; `wish` beside it is given as far as there is room.
 */
export interface LeaseAsk {
	readonly holder: string;
	readonly n: number;
	readonly want: Share;
	readonly wish: Share;
	readonly reports: readonly SliceReport[];
}

/** A slice as it is given. */
export interface GivenSlice {
	readonly n: number;
	readonly amount: Share;
	/** The dimensions in which the tenant has limits: in the others the slice bounds nothing. */
	readonly limited: readonly ShareDimension[];
	/** How long it may be held from, counted from when the ask was sent, milliseconds. */
	readonly validForMs: number;
	/** There was no room for the wish: what is not used should come back soon. */
	readonly scarce: boolean;
	/** By whose clocks the tenant's windows begin and end, its agents' too. */
	readonly timeZone: string;
}

export type LeaseAnswer =
	| { readonly kind: "leased"; readonly slice: GivenSlice; readonly acks: readonly SliceAck[] }
	| { readonly kind: "short"; readonly n: number; readonly shortage: Shortage; readonly acks: readonly SliceAck[] }
	/** The number is used up: the holder closes it, and asks with the next one. */
	| { readonly kind: "gone"; readonly n: number; readonly acks: readonly SliceAck[] };
