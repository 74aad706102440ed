import type { z } from "zod";

/** Reads a grant that its schema has read before: each object once, however often it is compared. @throws ZodError for what no schema let through: a bug. */
export const readOnce = <Schema extends z.ZodType>(schema: Schema): ((grant: unknown) => z.infer<Schema>) => {
	const known = new WeakMap<object, z.infer<Schema>>();
	return (grant) => {
		const isObject = typeof grant === "object" && grant !== null;
		const found = isObject ? known.get(grant) : undefined;
		if (found !== undefined) return found;
		const read = schema.parse(grant);
		if (isObject) known.set(grant, read);
		return read;
	};
};
