import { z } from "zod";
import type { Resources } from "../verbs/verb.ts";

const FIELD = /secret$/i;
const Named = z.object({ name: z.string() });

/**
 * Names of the secrets that grants and what they name have: every field whose name ends in `secret`, a text or a thing with a name. A field that only looks so costs
 * a look for a secret that is not there. Their depth is bounded by the schemas that they were parsed with.
 */
export const secretNames = (grants: Iterable<unknown>, resources: Resources): string[] => {
	const names = new Set<string>();
	for (const grant of grants) gather(grant, names);
	for (const description of resources.values()) gather(description, names);
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
