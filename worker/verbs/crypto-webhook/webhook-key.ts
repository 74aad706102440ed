import { base64ToBytes, isBase64 } from "../../../contract/base64.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { secretText } from "../crypto-sign/read-key.ts";

const PREFIX = "whsec_";

/**
 * The key in a secret as Standard Webhooks writes one: `whsec_` and base64 of LIMITS.webhookSecretBytes. Null: it is of another form.
 * @param mayBeBare without the prefix as well, as some senders show theirs
 */
export const webhookKey = (secret: Uint8Array, mayBeBare = false): Uint8Array | null => {
	const text = secretText(secret)?.trim() ?? "";
	const isPrefixed = text.startsWith(PREFIX);
	const encoded = isPrefixed ? text.slice(PREFIX.length) : text;
	if ((!isPrefixed && !mayBeBare) || !isBase64(encoded)) return null;
	const key = base64ToBytes(encoded);
	return key.length >= LIMITS.webhookSecretBytes.min && key.length <= LIMITS.webhookSecretBytes.max ? key : null;
};
