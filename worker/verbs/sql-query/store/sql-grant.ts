import { z } from "zod";
import { Name } from "../../../../contract/common.ts";
import { SqlQueryGrant } from "../sql-query-grant.ts";
import { StoreGrant, StoreQueries } from "./store-grant.ts";

/** A grant of `sql.query`, on a dataset or on a store: which of the two it names decides what else it may say. */
export const SqlGrant = z
	.strictObject({
		...SqlQueryGrant.shape,
		dataset: Name.optional().describe("name of a dataset of the tenant; either this or store"),
		store: Name.optional().describe("name of a store that the platform's operator attached to the tenant; either this or dataset"),
		queries: StoreQueries.optional().describe("mode named: name of the method -> its query; on a store also names of the store's queries"),
	})
	.superRefine((grant, context) => {
		if ((grant.dataset === undefined) === (grant.store === undefined)) {
			context.addIssue({ code: "custom", path: ["dataset"], message: "wanted either a dataset or a store" });
			return;
		}
		const schema = grant.store === undefined ? SqlQueryGrant : StoreGrant;
		for (const issue of schema.safeParse(grant).error?.issues ?? []) {
			const foreign = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : null;
			const message = foreign === null ? issue.message : `wanted none on a ${grant.store === undefined ? "dataset" : "store"}`;
			context.addIssue({ code: "custom", path: [...issue.path, ...(foreign ?? [])], message });
		}
	});
