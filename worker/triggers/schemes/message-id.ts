import { hash } from "node:crypto";
import { LIMITS } from "../../../contract/limits.ts";

/** What can be seen, but for the dot: ids are joined with dots to what is signed, and one signature must not be that of two messages. */
const ID = /^[!-\-/-~]+$/;

/** A message's id as a header or a body says; null: there is none, or it is too long or has something in it that no id has. */
export const readId = (value: unknown): string | null =>
	typeof value === "string" && value.length <= LIMITS.hookIdChars && ID.test(value) ? value : null;

/** The digest that stands for the content where a sender gives no id that is signed. */
export const contentId = (content: Uint8Array): string => `sha256:${hash("sha256", content, "hex")}`;

/** An own property of a body that may be anything. */
export const fieldOf = (body: unknown, name: string): unknown =>
	typeof body === "object" && body !== null ? Object.getOwnPropertyDescriptor(body, name)?.value : undefined;

/** The same where only text counts; "" otherwise. */
export const textOf = (body: unknown, name: string): string => {
	const value = fieldOf(body, name);
	return typeof value === "string" ? value : "";
};
