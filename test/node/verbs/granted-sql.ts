import assert from "node:assert/strict";
import { sqlQuery } from "../../../worker/verbs/sql-query/sql-query.ts";
import type { Act, BoundGrant, Resources } from "../../../worker/verbs/verb.ts";
import { prepared } from "./perform.ts";

/** Tables of the dataset `sales`. */
export const TABLES = [
	{
		name: "orders",
		columns: [
			{ name: "id", type: "INTEGER" },
			{ name: "email", type: "TEXT" },
			{ name: "Amount", type: "REAL" },
		],
		rows: 7,
	},
	{ name: "people", columns: [{ name: "name", type: "TEXT" }], rows: 3 },
];
export const RESOURCES: Resources = new Map([
	["dataset/sales", { content: { key: "k", bytes: 4096, tables: TABLES }, previousKey: null, version: 4 }],
]);

/** A grant on `sales`, reading unless it says otherwise. */
export const bind = (grant: object): BoundGrant =>
	sqlQuery.bind(sqlQuery.grantSchema.parse({ verb: "sql.query", dataset: "sales", mode: "read", ...grant }));

export const engineAct = (grant: BoundGrant, method: string, ...args: unknown[]): Extract<Act, { where: "engine" }> => {
	const { act } = prepared(grant, method, args, RESOURCES);
	assert(act.where === "engine");
	return act;
};
