import type { AggregateQuery } from "./engine-protocol.ts";
import { quoteName } from "./quote-name.ts";
import type { SqlValue } from "./statement.ts";

/**
 * The statement of an aggregate-only query. Each answered group has at least `minGroup` rows, and each aggregate stands on at least that many values:
 * a sum over one value that is not NULL would show it. Counts of values that differ from the group's by less than that are left out too, since they
 * would count the others. What this cannot stop: two queries whose groups differ by one row (docs).
 */
export const aggregateSql = (query: AggregateQuery, minGroup: number): { sql: string; params: SqlValue[] } => {
	const params: SqlValue[] = [];
	const groups = query.groupBy.map(quoteName);
	const aggregates = query.aggregates.map((aggregate) => {
		const name = aggregate.as ?? (aggregate.column === undefined ? "count" : `${aggregate.fn}_${aggregate.column}`);
		return `${aggregateExpression(aggregate, minGroup)} AS ${quoteName(name)}`;
	});
	const conditions = query.where.map((condition) => {
		const column = quoteName(condition.column);
		if (!("value" in condition)) return `${column} ${condition.op === "isNull" ? "IS NULL" : "IS NOT NULL"}`;
		if (condition.op === "in") {
			params.push(...condition.value);
			return `${column} IN (${condition.value.map(() => "?").join(", ")})`;
		}
		params.push(condition.value);
		return `${column} ${condition.op} ?`;
	});
	const parts = [
		`SELECT ${[...groups, ...aggregates].join(", ")} FROM ${quoteName(query.from)}`,
		conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "",
		groups.length > 0 ? `GROUP BY ${groups.join(", ")}` : "",
		`HAVING count(*) >= ${minGroup}`,
		query.orderBy === undefined ? "" : `ORDER BY ${query.orderBy.index}${query.orderBy.descending ? " DESC" : ""}`,
		query.limit === undefined ? "" : `LIMIT ${query.limit}`,
	];
	return { sql: parts.filter((part) => part !== "").join(" "), params };
};

const aggregateExpression = (aggregate: AggregateQuery["aggregates"][number], minGroup: number): string => {
	if (aggregate.column === undefined) return "count(*)";
	const column = quoteName(aggregate.column);
	const enough = `count(${column}) >= ${minGroup} AND (count(*) = count(${column}) OR count(*) - count(${column}) >= ${minGroup})`;
	const expression = aggregate.fn === "countDistinct" ? `count(DISTINCT ${column})` : `${aggregate.fn}(${column})`;
	return `CASE WHEN ${enough} THEN ${expression} END`;
};
