import type { ErrorCode } from "../../contract/errors.ts";
import type { PreparedCall } from "./verb.ts";

/** A call that the grant does not cover. Acting on it all the same gives the same refusal: nothing fails open. */
export const deniedCall = (denial: { effect: PreparedCall["effect"]; code: ErrorCode; message: string; hint: string }): PreparedCall => {
	const { effect, code, message, hint } = denial;
	return {
		effect,
		local: false,
		idempotent: true,
		planned: null,
		decision: { kind: "denied", code, message, hint },
		worstCost: {},
		act: { where: "object", perform: () => ({ kind: "failed", code, message, hint, cost: {} }) },
	};
};
