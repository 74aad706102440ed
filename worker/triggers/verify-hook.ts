import { Refusal } from "../../contract/errors.ts";
import type { Env } from "../env.ts";
import { hookKeys } from "./hook-keys.ts";
import type { SignedHeader } from "./schemes/scheme.ts";
import { schemes } from "./schemes/schemes.ts";
import type { TriggerRow } from "./trigger-row.ts";

/**
 * Lets a request through that the trigger's sender has signed. Nothing has looked into the body before.
 * @throws Refusal `unauthorized`. Of a request that is not authentic it says what is not there of what the scheme wants, else that alone and never why
 */
export const verifyHook = async (
	env: Env,
	trigger: TriggerRow,
	{ headers, bytes }: { readonly headers: Headers; readonly bytes: Uint8Array },
	nowMs: number,
): Promise<void> => {
	const keys = await hookKeys(env, trigger, nowMs);
	const scheme = schemes[trigger.scheme];
	const verification = scheme.verify({ headers, bytes, nowMs }, keys, trigger.settings);
	if (verification.kind === "verified") return;
	const wanted = scheme.signedHeaders(trigger.settings);
	const fault = verification.why === "late" ? lateText(wanted) : (lackText(wanted, headers) ?? INVALID);
	const hint = "Sign the body exactly as it is sent, with the trigger's secret, and send it at once.";
	throw new Refusal("unauthorized", `Receiving a webhook: ${fault}`, { hint });
};

const INVALID = "found a signature that is not valid, wanted one over the body as it was sent";

/** What of its sender's scheme a request does not have; null: nothing. */
const lackText = (wanted: readonly SignedHeader[], headers: Headers): string | null => {
	const lacks = wanted.flatMap(({ name, prefix = "" }) => {
		const given = headers.get(name);
		if (!given) return [prefix === "" ? `no header ${name}` : `no header ${name} (${prefix}…)`];
		return given.startsWith(prefix) ? [] : [`no ${prefix} at the beginning of ${name}`];
	});
	return lacks.length === 0 ? null : `found ${lacks.join(" and ")}, wanted a signature of the trigger's scheme`;
};

const lateText = (wanted: readonly SignedHeader[]): string => {
	const units = wanted.flatMap(({ name, unit }) => (unit === undefined ? [] : [`; the time in ${name} is in ${unit} since 1970`]));
	return `found a signature that is valid, of a time too long ago or ahead; wanted one made within the trigger's time window${units.join("")}`;
};
