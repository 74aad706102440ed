import { Refusal } from "../../contract/errors.ts";

/** A body whose bytes ended before it did, or whose chunks are none (RFC 9112 §7.1): whoever sent it did that, nothing failed here. */
export const brokenBody = (label: string): Refusal =>
	new Refusal(
		"invalid_request",
		`${label}: found a body that broke off or whose chunks cannot be read, wanted all of it as its headers say`,
	);
