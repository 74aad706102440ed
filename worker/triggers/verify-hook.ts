import { Refusal } from "../../contract/errors.ts";
import type { Env } from "../env.ts";
import { hookKeys } from "./hook-keys.ts";
import { schemes } from "./schemes/schemes.ts";
import type { TriggerRow } from "./trigger-row.ts";

const SAYS = {
	missing: "found no signature, or not all that belongs to it; wanted one of the trigger's scheme",
	invalid: "found a signature that is not valid, wanted one over the body as it was sent",
	late: "found a signature that is valid, of a time too long ago or ahead; wanted one made within the trigger's time window",
} as const;

/**
 * Lets a request through that the trigger's sender has signed. Nothing has looked into the body before.
 * @throws Refusal `unauthorized`, which says of a request that is not authentic only that, and never why
 */
export const verifyHook = async (
	env: Env,
	trigger: TriggerRow,
	{ headers, bytes }: { readonly headers: Headers; readonly bytes: Uint8Array },
	nowMs: number,
): Promise<void> => {
	const keys = await hookKeys(env, trigger, nowMs);
	const verification = schemes[trigger.scheme].verify({ headers, bytes, nowMs }, keys, trigger.settings);
	if (verification.kind === "verified") return;
	const hint = "Sign the body exactly as it is sent, with the trigger's secret, and send it at once.";
	throw new Refusal("unauthorized", `Receiving a webhook: ${SAYS[verification.why]}`, { hint });
};
