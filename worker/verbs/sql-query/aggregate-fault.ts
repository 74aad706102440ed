import type { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { faultText } from "../parse-arguments.ts";

const { sqlAggregateTerms: TERMS } = LIMITS;

/** What stands in each field of an aggregate query, as a program is told. */
const WANTED: ReadonlyMap<PropertyKey, string> = new Map([
	["from", "a table's name"],
	["groupBy", `at most ${TERMS} names of columns`],
	["aggregates", `1 to ${TERMS} of { fn, column, as }, with fn one of count, sum, avg, countDistinct, and column left out for count alone`],
	["where", `at most ${TERMS} of { column, op, value }, with op one of =, !=, <, <=, >, >=, in, isNull, isNotNull`],
	["orderBy", "{ index, descending }, with index the position of a result column, from 1"],
	["limit", `a whole number from 1 to ${LIMITS.sqlRows.max}`],
]);
export const AGGREGATE_SHAPE = "{ from, groupBy, aggregates: [{ fn, column, as }], where: [{ column, op, value }], orderBy, limit }";

/** The first thing in an aggregate query that does not fit, by its path. */
export const aggregateFault = (query: unknown, error: z.ZodError): string => {
	const issue = error.issues[0];
	const path = issue?.path ?? [];
	return faultText("aggregate", [query], { ...issue, path: [0, ...path] }, WANTED.get(path[0] ?? "") ?? AGGREGATE_SHAPE);
};
