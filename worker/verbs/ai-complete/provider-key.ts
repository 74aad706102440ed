import { LIMITS } from "../../../contract/limits.ts";
import type { ModelRoute } from "../../../contract/models.ts";
import type { CallContext } from "../verb.ts";

/** A route's key for one attempt. `none`: the route names no secret. */
export type ProviderKey = { kind: "key"; value: string } | { kind: "none" } | { kind: "unavailable" };

/** What a header takes and what can be redacted: printable ASCII without spaces, not too short. */
const KEY = /^[\x21-\x7e]+$/;

/** Opens the secret that a route names. A line's end after it is no part of it. */
export const openProviderKey = async (route: ModelRoute, context: CallContext): Promise<ProviderKey> => {
	if (route.secret === undefined) return { kind: "none" };
	const bytes = await context.openSecret(route.secret);
	if (bytes === null) return { kind: "unavailable" };
	const value = new TextDecoder().decode(bytes).trim();
	const { min, max } = LIMITS.injectedSecretBytes;
	return value.length < min || value.length > max || !KEY.test(value) ? { kind: "unavailable" } : { kind: "key", value };
};
