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
	const where = `${method} ${pathText(issue.path)}`;
	if (issue.code === "unrecognized_keys") {
		return {
			kind: "invalid",
			message: `${where}: found the field ${describeValue(issue.keys[0])}, wanted only the fields of the declaration`,
		};
	}
	return { kind: "invalid", message: `${where}: found ${describeValue(valueAt(padded, issue.path))}, wanted ${issue.message}` };
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
