import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { encodeValue } from "../../contract/tagged-json.ts";

/** A run's input as it is stored. @throws Refusal `invalid_request` when it is more than a run may be given */
export const encodeInput = (input: unknown, action: string): string => {
	const encoded = encodeValue(input, { bytes: LIMITS.bodyBytes, depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
	if (encoded.kind === "refused") throw new Refusal("invalid_request", `${action}: input: ${encoded.message}`);
	return encoded.text;
};
