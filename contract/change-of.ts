import type { z } from "zod";

/** A change of some of these fields, and of one at least. Not asked of a change that is wrong otherwise: it may have meant a field by an unknown name. */
export const changeOf = <Fields extends z.ZodObject>(fields: Fields): Fields =>
	fields.refine((patch) => Object.keys(patch).length > 0, {
		error: "wanted at least one field to change",
		when: ({ issues }) => issues.length === 0,
	});
