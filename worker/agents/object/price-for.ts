import { priceOf } from "../../budgets/prices.ts";
import type { PartialVector } from "../../budgets/vector.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** What an amount costs a run, millionths of a US dollar, by the prices that it was admitted under. @param verb by which a call used it; null: the run itself did */
export const priceFor = (state: ObjectState, row: RunRow, amount: PartialVector, verb: string | null = null): number =>
	priceOf(amount, state.facts.prices(row.state.pricesVersion), verb);
