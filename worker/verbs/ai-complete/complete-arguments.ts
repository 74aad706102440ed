import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { compileSchema, type JsonSchema } from "../json-schema/compile-schema.ts";
import { fieldsOf } from "../fields-of.ts";
import { isJsonObject } from "../json-schema/plain-json.ts";
import { parseArguments } from "../parse-arguments.ts";

/** Text alone: images, files and tools are not passed on. */
export interface Message {
	readonly role: "system" | "user" | "assistant";
	readonly content: string;
}

/** A JSON Schema of the program, as it goes to the provider and as the host checks with it. */
export interface WantedObject {
	readonly json: Readonly<Record<string, unknown>>;
	readonly text: string;
	readonly schema: JsonSchema;
}

/** What a program asks, checked in form. */
export interface CompletionRequest {
	readonly model: string | undefined;
	readonly messages: readonly Message[];
	readonly maxTokens: number | undefined;
	readonly temperature: number | undefined;
	readonly wanted: WantedObject | null;
	/** UTF-8 bytes of all messages' text. */
	readonly promptBytes: number;
}

export type CompletionReading = { kind: "request"; request: CompletionRequest } | { kind: "invalid"; message: string };

const TEXT = `text of 1 to ${LIMITS.promptBytes} bytes`;
const text = z.string({ error: TEXT }).min(1, { error: TEXT }).max(LIMITS.promptBytes, { error: TEXT });
const MESSAGES = `1 to ${LIMITS.messages} messages`;
const Messages = z
	.array(z.unknown(), { error: MESSAGES })
	.min(1, { error: MESSAGES })
	.max(LIMITS.messages, { error: MESSAGES })
	// The count is checked before any entry is: zod makes an issue of every wrong one.
	.pipe(
		z.array(
			fieldsOf(
				{ role: z.enum(["system", "user", "assistant"], { error: '"system", "user" or "assistant"' }), content: text },
				{ error: "{ role, content }" },
			),
		),
	);

const FIELDS = {
	prompt: text.optional(),
	messages: Messages.optional(),
	model: z.string({ error: "a model's name" }).max(LIMITS.nameChars, { error: "a model's name" }).optional(),
	maxTokens: z.int({ error: "a whole number of at least 1" }).min(1, { error: "a whole number of at least 1" }).optional(),
	temperature: z
		.number({ error: "a number from 0 to 2" })
		.min(0, { error: "a number from 0 to 2" })
		.max(2, { error: "a number from 0 to 2" })
		.optional(),
};
const schema = z.custom<Record<string, unknown>>(isJsonObject, { error: "a JSON Schema as an object" });
const REQUEST = { error: "{ prompt } or { messages }" };
const ARGUMENTS = {
	complete: z.tuple([fieldsOf({ ...FIELDS, schema: schema.optional() }, REQUEST)]),
	stream: z.tuple([
		fieldsOf({ ...FIELDS, schema: z.undefined({ error: "none: an object does not come in parts, use complete()" }).optional() }, REQUEST),
	]),
};
export type CompletionMethod = keyof typeof ARGUMENTS;

export const isCompletionMethod = (method: string): method is CompletionMethod => Object.hasOwn(ARGUMENTS, method);

/** Checks the form of a request; which models and how many tokens are the grant's to say. */
export const readCompletionArguments = (method: CompletionMethod, args: readonly unknown[]): CompletionReading => {
	const parsed = parseArguments(method, ARGUMENTS[method], args);
	if (parsed.kind === "invalid") return parsed;
	const [{ prompt, messages, model, maxTokens, temperature, schema: wantedSchema }] = parsed.values;
	const invalid = (problem: string): CompletionReading => ({ kind: "invalid", message: `${method} argument 1${problem}` });
	if ((prompt === undefined) === (messages === undefined))
		return invalid(`: found ${prompt === undefined ? "neither prompt nor messages" : "both prompt and messages"}, wanted one of them`);
	const asked: readonly Message[] = messages ?? [{ role: "user", content: prompt ?? "" }];
	const misplaced = asked.findIndex(
		(message, index) => message.role === "system" && asked[index - 1] !== undefined && asked[index - 1]?.role !== "system",
	);
	if (misplaced >= 0) return invalid(`.messages[${misplaced}]: found a system message after others, wanted it first`);
	if (!asked.some((message) => message.role === "user")) return invalid(".messages: found no message of the user, wanted one at least");
	const promptBytes = asked.reduce((sum, message) => sum + utf8Bytes(message.content), 0);
	if (promptBytes > LIMITS.promptBytes) return invalid(`: found ${promptBytes} bytes of text, wanted at most ${LIMITS.promptBytes}`);
	const request = { model, messages: asked.map(wellFormed), maxTokens, temperature, promptBytes };
	if (wantedSchema === undefined) return { kind: "request", request: { ...request, wanted: null } };
	const compiled = compileSchema(wantedSchema, { unknownKeywords: "refuse" });
	if (compiled.kind === "refused") return invalid(`.schema${compiled.path}: ${compiled.why}`);
	return { kind: "request", request: { ...request, wanted: { json: wantedSchema, text: JSON.stringify(wantedSchema), schema: compiled } } };
};

const wellFormed = ({ role, content }: Message): Message => ({ role, content: content.toWellFormed() });

/** A half surrogate pair counts as what it is sent as: U+FFFD, three bytes. */
export const utf8Bytes = (value: string): number => new TextEncoder().encode(value).length;
