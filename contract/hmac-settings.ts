import { z } from "zod";
import { HeaderName } from "./header-name.ts";
import { LIMITS } from "./limits.ts";

/** How a sender of its own kind signs: HMAC over the body, or over a text around it. */

const SignerHeader = HeaderName.max(LIMITS.hmacHeaderChars).describe("a header's name; upper and lower case are alike");

const countOf = (text: string, part: string): number => text.split(part).length - 1;

export const HmacSettings = z
	.strictObject({
		header: SignerHeader.describe("the header that holds the signature"),
		algorithm: z.enum(["sha1", "sha256", "sha512"]),
		encoding: z.enum(["hex", "base64"]),
		prefix: z.string().max(LIMITS.hmacPrefixChars).optional().describe("what stands before the signature in its header: `sha256=`"),
		timestamp: z
			.strictObject({ header: SignerHeader, unit: z.enum(["seconds", "milliseconds"]) })
			.optional()
			.describe("the header that holds the time that is signed; left out: none is, and an old message cannot be told from a new one"),
		signed: z
			.string()
			.max(LIMITS.hmacTemplateChars)
			.refine((text) => text.isWellFormed(), { error: "wanted text without half surrogate pairs" })
			.optional()
			.describe(
				"what is signed: text with {body} in it once, and {timestamp} once where there is one; default {timestamp}.{body}, or {body}",
			),
		idHeader: SignerHeader.optional().describe("the header that holds the message's id, the same for each repeat of it"),
	})
	.refine(
		({ timestamp, signed }) =>
			signed === undefined || (countOf(signed, "{body}") === 1 && countOf(signed, "{timestamp}") === (timestamp === undefined ? 0 : 1)),
		{ error: "wanted {body} once, and {timestamp} once where timestamp is given and not at all where it is not", path: ["signed"] },
	);
export type HmacSettings = z.infer<typeof HmacSettings>;
