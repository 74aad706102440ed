import type { CallContext } from "../verb.ts";
import type { Deadline } from "./deadline.ts";
import type { FetchFailure } from "./fetch-failures.ts";
import type { WireRequest } from "./wire-request.ts";
import type { FetchRequest } from "./fetch-arguments.ts";

/** What a program's request may not look like beside an injection. `denied`: it sets what the grant sets. `invalid`: it cannot carry it. */
export type InjectionFault = { kind: "invalid"; why: string } | { kind: "denied"; why: string };

/** One way to put a credential into requests, made ready. Pure. */
export interface BoundInjection {
	/** Lower-case names of headers that a program may not set beside it. */
	readonly headers: readonly string[];
	/** Keys of the query that a program may not set beside it, and that are taken out of where a far side redirects to. */
	readonly queryKeys: readonly string[];
	/** For a declaration: where something is added, never which secret. */
	readonly text: string;
	/** What is wrong with the program's request, or null. */
	fault(request: FetchRequest): InjectionFault | null;
	/** The most bytes that one request grows by, and that are sent beside it. */
	worstBytes(request: FetchRequest): number;
	/** Null when a secret is missing or does not fit, and which of them is not told. */
	open(context: CallContext): Promise<OpenInjection | null>;
}

/** What putting a credential into a request may use. */
export interface Dresser {
	readonly context: CallContext;
	readonly deadline: Deadline;
	/** Counts bytes that are sent beside the request; false when that would pass what was held. */
	spend(bytes: number): boolean;
}

export type Dressing = { kind: "dressed"; wire: WireRequest } | { kind: "failed"; failure: FetchFailure };

/** An injection with its secrets, for one call. */
export interface OpenInjection {
	/** Everything by now that must not come back to the program. */
	secrets(): readonly string[];
	dress(wire: WireRequest, dresser: Dresser): Dressing | Promise<Dressing>;
	/** Gives up a credential that the far side has refused; whether another can be had. */
	renew(): boolean;
}

/** An open injection whose credential stays what it is. */
export const fixedInjection = (
	secrets: readonly string[],
	dress: (wire: WireRequest) => WireRequest | Promise<WireRequest>,
): OpenInjection => ({
	secrets: () => secrets,
	dress: async (wire) => ({ kind: "dressed", wire: await dress(wire) }),
	renew: () => false,
});
