import { z } from "zod";
import { PriceTable } from "./budgets.ts";

/** What a tenant pays. A run keeps the prices that it was admitted under, whatever is changed while it goes on. */
export const Prices = z.strictObject({
	version: z.int().describe("rises with each change and never repeats; 0: they were never changed"),
	isDefault: z.boolean().describe("whether they are the platform's: the tenant has none of its own"),
	prices: PriceTable,
});
export type Prices = z.infer<typeof Prices>;
