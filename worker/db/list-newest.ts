import type { z } from "zod";

/** What a list of a tenant's rows is asked for. */
export interface NewestOf<Shape extends z.ZodType> {
	readonly shape: Shape;
	/** What is read of a row: `record`, `id, type`. */
	readonly columns: string;
	/** A table with `tenant_id` and ids that sort by time. */
	readonly table: string;
	/** Conditions with one `?` each and what it stands for; null: whichever. */
	readonly where: readonly (readonly [condition: string, value: string | null])[];
	/** Id of the last row of the page before; null: the newest rows. */
	readonly before: string | null;
	readonly most: number;
}

/** Rows of a tenant in D1, newest first. Only values are the caller's: conditions, columns and table are the program's own text. */
export const listNewest = async <Shape extends z.ZodType>(
	db: D1Database,
	tenantId: string,
	{ shape, columns, table, where, before, most }: NewestOf<Shape>,
): Promise<z.output<Shape>[]> => {
	const asked = [["tenant_id = ?", tenantId], ...where, ["id < ?", before]] as const;
	const given = asked.filter(([, value]) => value !== null);
	const { results } = await db
		.prepare(`SELECT ${columns} FROM ${table} WHERE ${given.map(([condition]) => condition).join(" AND ")} ORDER BY id DESC LIMIT ?`)
		.bind(...given.map(([, value]) => value), most)
		.all();
	return results.map((row) => shape.parse(row));
};
