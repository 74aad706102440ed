import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext } from "../verb.ts";

const PRINTABLE = /^[\x20-\x7e]+$/;

/** Opens a secret as text that can be injected and redacted. Null when it is missing, not printable ASCII, too short or too long. */
export const openSecretText = async (context: CallContext, name: string): Promise<string | null> => {
	const bytes = await context.openSecret(name);
	if (bytes === null) return null;
	const { min, max } = LIMITS.injectedSecretBytes;
	const secret = new TextDecoder().decode(bytes);
	return bytes.length < min || bytes.length > max || !PRINTABLE.test(secret) ? null : secret;
};
