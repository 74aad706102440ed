import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { PriceTable } from "../../contract/budgets.ts";
import { openRegistry } from "../db/open-registry.ts";
import { tenants } from "../db/schema.ts";
import type { Env } from "../env.ts";

type Database = Pick<Env, "DB">;

/** A tenant's prices as stored. `table` null: it has none of its own and pays the platform's. `version` rises with each change and never repeats. */
export interface StoredPrices {
	readonly version: number;
	readonly table: PriceTable | null;
}

const Row = z
	.object({ version: z.int(), prices: z.string().nullable() })
	.transform(({ version, prices }): StoredPrices => ({ version, table: prices === null ? null : PriceTable.parse(JSON.parse(prices)) }));
const COLUMNS = { version: tenants.pricesVersion, prices: tenants.prices };

/** A tenant's prices, or null when there is no such tenant. */
export const findPrices = async (env: Database, tenantId: string): Promise<StoredPrices | null> =>
	rowOf(await openRegistry(env).select(COLUMNS).from(tenants).where(eq(tenants.id, tenantId)).get());

/** Sets a tenant's prices; null: the platform's from now on. The same prices again change nothing. @returns null when there is no such tenant */
export const setPrices = async (env: Database, tenantId: string, table: PriceTable | null): Promise<StoredPrices | null> => {
	const prices = table === null ? null : JSON.stringify(sorted(table));
	const rows = await openRegistry(env)
		.update(tenants)
		.set({ prices, pricesVersion: sql`prices_version + (prices IS NOT ${prices})` })
		.where(eq(tenants.id, tenantId))
		.returning(COLUMNS);
	return rowOf(rows.at(0));
};

const rowOf = (row: unknown): StoredPrices | null => (row === undefined ? null : Row.parse(row));

/** The same prices are the same text, in whatever order they came. */
const sorted = ({ runNanos, cpuSecondNanos, egressGibNanos, verbs }: PriceTable): PriceTable => ({
	...{ runNanos, cpuSecondNanos, egressGibNanos },
	verbs: Object.fromEntries(
		Object.entries(verbs)
			.sort(([left], [right]) => (left < right ? -1 : 1))
			.map(([verb, { callNanos, kiloTokenNanos }]) => [verb, { callNanos, kiloTokenNanos }]),
	),
});
