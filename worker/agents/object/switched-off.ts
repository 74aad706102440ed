import type { ErrorCode } from "../../../contract/errors.ts";
import type { ObjectState } from "./object-state.ts";

/** Whether a grant is switched off: of runs under whichever version of the policy, none of its calls may begin. */
export const isSwitchedOff = (state: ObjectState, grant: string): boolean =>
	state.facts.configuration()?.disabledGrants.includes(grant) === true;

/** What a program is told that calls it. */
export const switchedOff = (grant: string, method: string): { code: ErrorCode; message: string; hint: string } => ({
	code: "capability_not_granted",
	message: `Calling env.${grant}.${method}: the grant is switched off`,
	hint: "Go on without it; whoever runs the agent can switch it on again.",
});
