import type { BoundRule } from "./covering-rule.ts";
import type { BoundInject } from "./injected-credential.ts";
import type { Hop } from "./next-hop.ts";

/** Everything that is decided about a call before it acts. */
export interface FetchPlan {
	/** What redirects may lead to. */
	readonly rules: readonly BoundRule[];
	readonly inject: BoundInject;
	readonly first: Hop;
	readonly redirect: "follow" | "manual" | "error" | "refuse";
	/** How often one call's requests may be sent again, all together. */
	readonly retries: number;
	/** Whether POST and PATCH may, too. */
	readonly retryKeyed: boolean;
	/** Lower-case name of the header in which the call's id goes as a key, where a repeat would act twice. */
	readonly keyHeader: string;
	/** Whether the far side is known to act once for one key: then every request may be repeated, also after a crash. */
	readonly isKeyed: boolean;
	/** Where the response's body goes: to the program whole, to it in parts, or to the run's contents on the host. */
	readonly deliver: "whole" | "parts" | "handle";
	readonly responseBytes: number;
	/** Most bytes of a body that comes from the run's contents. */
	readonly requestBytes: number;
	readonly timeoutMs: number;
	/** What all requests of the call may send together. */
	readonly worstBytes: number;
}
