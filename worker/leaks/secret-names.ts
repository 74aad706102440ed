import { z } from "zod";

const FIELD = /secret$/i;
const Named = z.object({ name: z.string() });

/**
 * Names of the secrets that stand in grants and in the descriptions of what they name: every field whose name ends in `secret`, a text or a thing with a name. A field that only looks so costs
 * a look for a secret that is not there. Their depth is bounded by the schemas that they were parsed with.
 */
export const secretNames = (described: Iterable<unknown>): string[] => {
	const names = new Set<string>();
	for (const each of described) gather(each, names);
	return [...names].sort();
};

const gather = (value: unknown, names: Set<string>): void => {
	if (Array.isArray(value)) for (const item of value) gather(item, names);
	if (typeof value !== "object" || value === null || Array.isArray(value)) return;
	for (const [field, item] of Object.entries(value)) {
		const name = FIELD.test(field) ? nameOf(item) : null;
		if (name === null) gather(item, names);
		else names.add(name);
	}
};

const nameOf = (value: unknown): string | null => {
	if (typeof value === "string") return value;
	const named = Named.safeParse(value);
	return named.success ? named.data.name : null;
};
