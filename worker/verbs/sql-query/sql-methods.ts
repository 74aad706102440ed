import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { NamedQuery } from "../../../contract/named-queries.ts";
import { AggregateQuery, type EngineAccess, type EngineQueryInput } from "../../engine/engine-protocol.ts";
import { deniedCall } from "../denied-call.ts";
import { parseArguments } from "../parse-arguments.ts";
import type { PreparedCall, Preparation, Resources } from "../verb.ts";
import { AGGREGATE_SHAPE, aggregateFault } from "./aggregate-fault.ts";
import { asArrays, asChanges, asObjects, changesValue, completeWith, plannedRows, type Shape, shapeFor } from "./complete-query.ts";
import { type GrantedDataset, grantedDataset, isMasked, tellsRows } from "./granted-dataset.ts";
import { type Reading, readNamedCall, readSqlCall, type SqlCall } from "./sql-arguments.ts";
import type { SqlQueryGrant } from "./sql-query-grant.ts";

/** A method of a grant: its arguments and what the tenant has -> the call. */
export type SqlMethod = (args: readonly unknown[], resources: Resources) => Preparation;

/** The fields that hold objects are asked first whether they are bytes: zod would name each byte as a strange field. */
const AggregateArgument = z.custom<unknown>(
	(query) => typeof query === "object" && query !== null && !holdsBytes(query) && !holdsBytes(Object.values(query).flat()),
	{ error: AGGREGATE_SHAPE },
);
const holdsBytes = (value: object): boolean =>
	value instanceof Uint8Array || Object.values(value).some((item) => item instanceof Uint8Array);

/** What an answer may be and cost, as the engine is told. */
const limitsOf = ({ limits }: SqlQueryGrant): EngineQueryInput["limits"] => ({
	rows: limits?.rows ?? LIMITS.sqlRows.default,
	bytes: limits?.bytes ?? LIMITS.sqlAnswerBytes.default,
	steps: limits?.steps ?? LIMITS.sqlSteps.default,
	wallMs: limits?.wallMs ?? LIMITS.sqlWallMs.default,
});

/** What the engine enforces: the grant's words and nothing of the program's. */
const accessOf = (grant: SqlQueryGrant, write: boolean): EngineAccess => ({
	tables: grant.tables ?? "all",
	write,
	...(grant.minGroup === undefined ? {} : { minGroup: grant.minGroup }),
});

/** The methods that a grant's mode has, by name. */
export const methodsOf = (grant: SqlQueryGrant): ReadonlyMap<string, SqlMethod> => {
	if (grant.mode === "named") return new Map(Object.entries(grant.queries ?? {}).map(([name, query]) => [name, named(grant, name, query)]));
	if (grant.minGroup !== undefined) return new Map([aggregateMethod(grant), schemaMethod(grant)]);
	const reading: [string, SqlMethod][] = [
		sqlMethod(grant, "query", asObjects),
		sqlMethod(grant, "queryRows", asArrays),
		schemaMethod(grant),
	];
	return new Map(grant.mode === "write" ? [...reading, executeMethod(grant)] : reading);
};

const sqlMethod = (grant: SqlQueryGrant, method: string, shape: Shape): [string, SqlMethod] => [
	method,
	(args, resources) => reading(grant, method, resources, readSqlCall(method, args), shape),
];

const named =
	(grant: SqlQueryGrant, name: string, query: NamedQuery): SqlMethod =>
	(args, resources) =>
		reading(grant, name, resources, readNamedCall(name, query, args), asObjects);

const reading = (grant: SqlQueryGrant, method: string, resources: Resources, read: Reading<SqlCall>, shape: Shape): Preparation => {
	if (read.kind === "invalid") return read;
	const { sql, params, as } = read.value;
	return engineCall(grant, {
		method,
		resources,
		asked: { sql, params },
		writes: false,
		shape: shapeFor(as, shape),
		planned: plannedRows(as, shape),
	});
};

const executeMethod = (grant: SqlQueryGrant): [string, SqlMethod] => [
	"execute",
	(args, resources) => {
		const read = readSqlCall("execute", args);
		if (read.kind === "invalid") return read;
		const { sql, params, as } = read.value;
		if (as.kind === "handle") return { kind: "invalid", message: "execute argument 3: found as, wanted nothing: execute gives no rows" };
		const planned = changesValue(0, grant.dataset, resources);
		return engineCall(grant, {
			method: "execute",
			resources,
			asked: { sql, params },
			writes: true,
			shape: asChanges(grant.dataset),
			planned,
		});
	},
];

const aggregateMethod = (grant: SqlQueryGrant): [string, SqlMethod] => [
	"aggregate",
	(args, resources) => {
		const parsed = parseArguments("aggregate", z.tuple([AggregateArgument]), args);
		if (parsed.kind === "invalid") return parsed;
		const query = AggregateQuery.safeParse(parsed.values[0]);
		if (!query.success) return { kind: "invalid", message: aggregateFault(parsed.values[0], query.error) };
		return engineCall(grant, {
			method: "aggregate",
			resources,
			asked: { aggregate: query.data },
			writes: false,
			shape: asObjects,
			planned: [],
		});
	},
];

const schemaMethod = (grant: SqlQueryGrant): [string, SqlMethod] => [
	"schema",
	(args, resources) => {
		const parsed = parseArguments("schema", z.tuple([z.undefined({ error: "no argument" })]), args);
		if (parsed.kind === "invalid") return parsed;
		const dataset = grantedDataset(grant, resources);
		if (dataset.kind === "missing") return missing(dataset.message, "read");
		const tables = describe(grant, dataset);
		return prepared("schema", "read", { where: "object", perform: () => ({ kind: "done", value: { tables }, cost: {} }) }, { tables: [] });
	},
];

const describe = (grant: SqlQueryGrant, { tables }: Extract<GrantedDataset, { kind: "granted" }>): unknown[] =>
	tables.map(({ name, columns, rows }) => ({
		name,
		columns: columns.map((column) => (isMasked(grant, name, column.name) ? { ...column, masked: true } : column)),
		...(tellsRows(grant, name) ? { rows } : {}),
	}));

interface EngineAsk {
	readonly method: string;
	readonly resources: Resources;
	readonly asked: Pick<EngineQueryInput, "sql" | "params" | "aggregate">;
	readonly writes: boolean;
	readonly shape: Shape;
	readonly planned: unknown;
}

const engineCall = (grant: SqlQueryGrant, { method, resources, asked, writes, shape, planned }: EngineAsk): Preparation => {
	const effect = writes ? "write" : "read";
	const dataset = grantedDataset(grant, resources);
	if (dataset.kind === "missing") return missing(dataset.message, effect);
	const query: EngineQueryInput = { ...asked, access: accessOf(grant, writes), limits: limitsOf(grant) };
	const act: PreparedCall["act"] = {
		where: "engine",
		dataset: grant.dataset,
		query: JSON.stringify(query),
		writes,
		fresh: grant.mode === "write",
		complete: completeWith(shape),
	};
	return prepared(method, effect, act, planned);
};

const missing = (message: string, effect: PreparedCall["effect"]): Preparation => ({
	kind: "prepared",
	call: deniedCall({ effect, code: "sql_denied", message, hint: "Ask whoever runs the agent to make the dataset as the grant names it." }),
});

const prepared = (method: string, effect: PreparedCall["effect"], act: PreparedCall["act"], planned: unknown): Preparation => ({
	kind: "prepared",
	call: { effect, local: false, idempotent: effect === "read", planned, decision: { kind: "allowed", rule: method }, worstCost: {}, act },
});
