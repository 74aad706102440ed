import type { z } from "zod";
import { describeValue } from "./describe-value.ts";

export type ParsedArguments<Values> = { kind: "parsed"; values: Values } | { kind: "invalid"; message: string };

const PATH_CHARS = 120;

/**
 * Checks the decoded arguments of a call against a tuple. Every schema in the tuple has for its `error` what was wanted (`a string`), so that the
 * first finding reads `fetch argument 1.method: found 7, wanted a string`. Arguments left out are undefined; more than the tuple has are refused.
 */
export const parseArguments = <Schema extends z.ZodTuple>(
	method: string,
	schema: Schema,
	args: readonly unknown[],
): ParsedArguments<z.output<Schema>> => {
	const most = schema.def.items.length;
	if (args.length > most) return { kind: "invalid", message: `${method}: found ${args.length} arguments, wanted at most ${most}` };
	const padded = Array.from({ length: most }, (_, index) => args[index]);
	const parsed = schema.safeParse(padded);
	if (parsed.success) return { kind: "parsed", values: parsed.data };
	const issue = parsed.error.issues[0];
	if (issue === undefined) return { kind: "invalid", message: `${method}: found arguments that do not fit the declaration` };
	const wanted = issue.code === "unrecognized_keys" ? "only the fields of the declaration" : issue.message;
	return { kind: "invalid", message: faultText(method, padded, issue, wanted) };
};

/** What zod found, as far as a message says it. */
interface Fault {
	readonly code?: string | undefined;
	readonly path: readonly PropertyKey[];
	/** The fields that nobody asked for. */
	readonly keys?: readonly string[];
}

/** One fault among a call's arguments in words: `fetch argument 1.method: found 7, wanted a string`. A list of a wrong length is told by its length. */
export const faultText = (method: string, args: readonly unknown[], { code, path, keys }: Fault, wanted: string): string => {
	const value = valueAt(args, path);
	const isWrongLength = Array.isArray(value) && (code === "too_small" || code === "too_big");
	const found =
		code === "unrecognized_keys"
			? `the field ${describeValue(keys?.[0])}`
			: isWrongLength
				? value.length === 0
					? "none"
					: String(value.length)
				: describeValue(value);
	return `${method} ${pathText(path)}: found ${found}, wanted ${wanted}`;
};

const pathText = (path: readonly PropertyKey[]): string => {
	const [first, ...rest] = path;
	let text = typeof first === "number" ? `argument ${first + 1}` : "arguments";
	for (const part of rest) text += typeof part === "number" ? `[${part}]` : `.${String(part)}`;
	return text.slice(0, PATH_CHARS);
};

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown => {
	let value = root;
	for (const part of path) {
		if (typeof value !== "object" || value === null) return undefined;
		value = Object.getOwnPropertyDescriptor(value, part)?.value;
	}
	return value;
};
