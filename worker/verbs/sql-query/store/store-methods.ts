import { LIMITS } from "../../../../contract/limits.ts";
import type { StoreDescription } from "../../../../contract/stores.ts";
import { deniedCall } from "../../denied-call.ts";
import type { CallContext, Preparation, VerbOutcome } from "../../verb.ts";
import { asArrays, asObjects, plannedRows, type Shape } from "../complete-query.ts";
import type { EngineRows } from "../engine-rows.ts";
import { readNamedCall, readSqlCall, type SqlCall } from "../sql-arguments.ts";
import type { SqlMethod } from "../sql-methods.ts";
import type { StoreLimits } from "./bound-rows.ts";
import { grantedStore } from "./granted-store.ts";
import { queryD1 } from "./query-d1.ts";
import { queryPostgres, type StoreQuery } from "./query-postgres.ts";
import { type StoreFailure, storeFailure } from "./store-failure.ts";
import type { StoreGrant } from "./store-grant.ts";
import { d1Parameter, orderedParameters, postgresParameter } from "./store-parameters.ts";
import { storeShape } from "./store-shape.ts";

const limitsOf = ({ limits }: StoreGrant): StoreLimits => ({
	rows: limits?.rows ?? LIMITS.sqlRows.default,
	bytes: limits?.bytes ?? LIMITS.sqlAnswerBytes.default,
	wallMs: limits?.wallMs ?? LIMITS.sqlWallMs.default,
});

/** The names of the queries that a grant gives. */
export const queryNames = ({ queries }: StoreGrant): readonly string[] => (Array.isArray(queries) ? queries : Object.keys(queries ?? {}));

/** The methods that a grant on a store has, by name. */
export const storeMethods = (grant: StoreGrant): ReadonlyMap<string, SqlMethod> =>
	grant.mode === "named"
		? new Map(queryNames(grant).map((name) => [name, namedMethod(grant, name)]))
		: new Map([
				["query", readMethod(grant, "query", asObjects)],
				["queryRows", readMethod(grant, "queryRows", asArrays)],
			]);

const readMethod =
	(grant: StoreGrant, method: string, shape: Shape): SqlMethod =>
	(args, resources) => {
		const granted = grantedStore(grant, resources);
		if (granted.kind === "missing") return missing(granted.message);
		const read = readSqlCall(method, args);
		if (read.kind === "invalid") return read;
		const params = orderedParameters(read.value.params, null);
		if (params === null)
			return { kind: "invalid", message: `${method} argument 2: found an object, wanted an array: parameters stand as $1, $2` };
		return call(grant, { method, store: granted.store, read: read.value, params, shape });
	};

const namedMethod =
	(grant: StoreGrant, method: string): SqlMethod =>
	(args, resources) => {
		const granted = grantedStore(grant, resources);
		if (granted.kind === "missing") return missing(granted.message);
		const query = granted.queries.get(method);
		if (query === undefined) return missing(`Querying the store ${grant.store}: it has no query ${method}, which the grant names`);
		const read = readNamedCall(method, query, args);
		if (read.kind === "invalid") return read;
		const params = orderedParameters(read.value.params, query) ?? [];
		return call(grant, { method, store: granted.store, read: read.value, params, shape: asObjects });
	};

const missing = (message: string): Preparation => {
	const hint = "Ask whoever runs the agent to have the store attached as the grant names it.";
	return { kind: "prepared", call: deniedCall({ effect: "read", code: "sql_denied", message, hint }) };
};

interface StoreCall {
	readonly method: string;
	readonly store: StoreDescription;
	readonly read: SqlCall;
	readonly params: readonly unknown[];
	readonly shape: Shape;
}

const call = (grant: StoreGrant, { method, store, read, params, shape }: StoreCall): Preparation => {
	const limits = limitsOf(grant);
	const perform = async (context: CallContext): Promise<VerbOutcome> => {
		const rows = await queryStore(store, { sql: read.sql, params, limits, whose: grant.mode === "read" ? "program" : "grant" }, context);
		return rows.kind === "failed" ? { ...rows, cost: {} } : await storeShape(read.as, shape)(rows, context);
	};
	return {
		kind: "prepared",
		call: {
			effect: "read",
			local: false,
			idempotent: true,
			planned: plannedRows(read.as, shape),
			decision: { kind: "allowed", rule: method },
			timeoutMs: limits.wallMs + 2 * LIMITS.storeMarginMs,
			worstCost: {},
			act: { where: "host", perform },
		},
	};
};

const queryStore = async (
	{ kind, binding }: StoreDescription,
	{ sql, params, limits, whose }: Omit<StoreQuery, "params"> & { params: readonly unknown[] },
	{ openStore, signal }: CallContext,
): Promise<EngineRows | StoreFailure> => {
	const access = openStore(binding);
	if (access?.kind === "postgres" && kind === "postgres")
		return await queryPostgres(access, { sql, params: params.map(postgresParameter), limits, whose }, signal);
	if (access?.kind === "d1" && kind === "d1") return await queryD1(access, { sql, params: params.map(d1Parameter), limits }, signal);
	return storeFailure("upstream_failed", "Running SQL: the deployment does not have the store's database any more.");
};
