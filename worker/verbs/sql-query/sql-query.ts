import { z } from "zod";
import { DatasetDescription } from "../../../contract/datasets.ts";
import { joinLabels } from "../common-grant.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Label, Verb } from "../verb.ts";
import { bindStore } from "./store/bind-store.ts";
import { SqlGrant } from "./store/sql-grant.ts";
import { StoreGrant } from "./store/store-grant.ts";
import { methodsOf } from "./sql-methods.ts";
import { sqlQueryDeclaration } from "./sql-query-declaration.ts";
import { SqlQueryGrant } from "./sql-query-grant.ts";
import { beyondSqlQuery } from "./beyond-sql-query.ts";

/** What SqlGrant lets through is exactly one of these. */
const BoundSqlGrant = z.union([SqlQueryGrant, StoreGrant]);

/** Runs SQL on a dataset of the tenant, in an engine of its own beside the run; or on a database that the operator attached. */
export const sqlQuery: Verb = {
	name: "sql.query",
	grantSchema: SqlGrant,
	summary:
		"Runs SQL on a dataset of the tenant, or on a store that the operator attached: what is read freely, written, asked by name, or only aggregated is the grant's to say.",
	beyond: beyondSqlQuery,
	bind: (data) => {
		const grant = BoundSqlGrant.parse(data);
		if ("store" in grant) return bindStore(grant);
		const table = methodsOf(grant);
		const methods = [...table.keys()];
		return {
			methods,
			labels: joinLabels([], grant.labels),
			resources: [{ kind: "dataset", name: grant.dataset }],
			prepare: (method, args, resources) => {
				const preparation = table.get(method)?.(args, resources) ?? unknownMethod("sql.query", method, methods);
				const brings = writtenLabels(resources.get(`dataset/${grant.dataset}`));
				return preparation.kind === "prepared" && brings.length > 0
					? { ...preparation, call: { ...preparation.call, brings } }
					: preparation;
			},
			declaration: (resources) => sqlQueryDeclaration(grant, resources),
			lint: () => lintGrant(grant),
		};
	},
};

const Written = DatasetDescription.pick({ labels: true });

/** What runs have brought into a dataset that wrote to it. */
const writtenLabels = (description: unknown): readonly Label[] => {
	const read = Written.safeParse(description);
	return read.success ? (read.data.labels ?? []) : [];
};

const lintGrant = (grant: SqlQueryGrant): string[] => {
	const warnings: string[] = [];
	if (!(grant.labels ?? []).includes("private"))
		warnings.push(
			`sql.query: the dataset ${grant.dataset} is not labelled private, so its rows may go wherever the agent may send anything`,
		);
	if (grant.mode === "write" && grant.tables === undefined)
		warnings.push(`sql.query: the program may change and drop every table of ${grant.dataset}; tables says which exist for it`);
	if (grant.minGroup !== undefined && grant.minGroup < 5)
		warnings.push("sql.query: a minGroup below 5 leaves little between a group and a person");
	return warnings;
};
