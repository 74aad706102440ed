import { createHash } from "node:crypto";
import { LIMITS } from "../../../contract/limits.ts";

/** What can be seen, but for the dot: ids are joined with dots to what is signed, and one signature must not be that of two messages. */
const ID = /^[!-\-/-~]+$/;

/** A message's id as a header or a body says; null: there is none, or it is too long or has something in it that no id has. */
export const readId = (value: unknown): string | null =>
	typeof value === "string" && value.length <= LIMITS.hookIdChars && ID.test(value) ? value : null;

/** The digest that stands for the content, given in its parts, where a sender gives no id that is signed. */
export const contentId = (...parts: readonly (string | Uint8Array)[]): string => {
	const hash = createHash("sha256");
	for (const part of parts) hash.update(part);
	return `sha256:${hash.digest("hex")}`;
};
