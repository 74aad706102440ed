import { Refusal } from "../../contract/errors.ts";
import type { PutStore } from "../../contract/stores.ts";
import type { D1Access } from "../verbs/store-access.ts";
import { checkPostgres } from "../verbs/sql-query/store/check-postgres.ts";
import { compilesOnD1 } from "../verbs/sql-query/store/query-d1.ts";
import { openStore } from "./open-store.ts";

/**
 * Looks at a database before it is attached: that the deployment has the binding, that the role is a reader, that the queries of D1 are SELECTs.
 * @returns what the operator should know of it
 * @throws Refusal `invalid_request` that says what was found; never a host, a password or a database's own words but for SQL
 */
export const inspectStore = async (env: object, { kind, binding, queries }: PutStore): Promise<string[]> => {
	const access = openStore(env, binding);
	if (access === null || access.kind !== kind) throw refused("binding", `no binding ${binding} of the kind ${kind} in this deployment`);
	if (access.kind === "d1") {
		await checkQueries(access, queries ?? {});
		return [];
	}
	const check = await checkPostgres(access);
	if (check.kind === "refused") throw refused("binding", check.found);
	return [...check.warnings];
};

const checkQueries = async (access: D1Access, queries: NonNullable<PutStore["queries"]>): Promise<void> => {
	for (const [name, { sql, params }] of Object.entries(queries)) {
		if (await compilesOnD1(access, sql, Object.keys(params ?? {}).length)) continue;
		throw refused(
			`queries.${name}.sql`,
			`text in queries.${name}.sql that the database does not take as one SELECT with ${Object.keys(params ?? {}).length} parameters`,
		);
	}
};

const refused = (path: string, found: string): Refusal =>
	new Refusal("invalid_request", `attaching a store: found ${found}, wanted a database that can only be read`, {
		details: { issues: [{ path, wanted: "a binding of the deployment whose role only reads, and queries that are one SELECT each" }] },
	});
