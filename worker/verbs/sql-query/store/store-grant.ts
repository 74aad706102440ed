import { z } from "zod";
import { Name } from "../../../../contract/common.ts";
import { LIMITS } from "../../../../contract/limits.ts";
import { NamedQueries, QueryName } from "../../../../contract/named-queries.ts";
import { COMMON_GRANT } from "../../common-grant.ts";
import { ANSWER_LIMITS } from "../answer-limits.ts";

/** Names of the store's queries, or queries of the grant's own. */
export const StoreQueries = z.union([z.array(QueryName).min(1).max(LIMITS.namedQueries), NamedQueries], {
	error: "wanted names of the store's queries, or queries of its own by name",
});

/** What a grant of `sql.query` on a store may say. */
export const StoreGrant = z
	.strictObject({
		verb: z.literal("sql.query").describe("the verb"),
		store: Name.describe("name of a store that the platform's operator attached to the tenant"),
		mode: z.enum(["read", "named"]).describe("read (PostgreSQL only): any SELECT; named: only the queries of this grant"),
		queries: StoreQueries.optional().describe(
			"mode named: names of the store's queries, or (PostgreSQL only) name of the method -> its query, with parameters as $1, $2 in their order",
		),
		limits: z
			.strictObject({
				...ANSWER_LIMITS,
			})
			.optional()
			.describe("bounds of this grant"),
		...COMMON_GRANT,
	})
	.superRefine(({ mode, queries }, context) => {
		const named = Array.isArray(queries) ? queries : Object.keys(queries ?? {});
		const wrong =
			mode === "named" && named.length === 0
				? "wanted at least one query for the mode named"
				: mode !== "named" && queries !== undefined
					? "wanted none but for the mode named"
					: new Set(named).size < named.length
						? "wanted each name once"
						: null;
		if (wrong !== null) context.addIssue({ code: "custom", path: ["queries"], message: wrong });
	});
export type StoreGrant = z.infer<typeof StoreGrant>;
