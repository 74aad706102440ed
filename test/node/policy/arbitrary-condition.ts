import fc from "fast-check";
import type { Condition } from "../../../contract/conditions.ts";
import type { Truth } from "../../../worker/policy/evaluate-condition.ts";

/** Conditions over the arguments `[1]` whose truth is plain to see. */
export const LEAVES: ReadonlyMap<Truth, Condition> = new Map<Truth, Condition>([
	[true, { argument: "0", is: 1 }],
	[false, { argument: "0", is: 2 }],
	["unknown", { argument: "1", is: 1 }],
]);
export const LEAF_ARGUMENTS: readonly unknown[] = [1];

const leaf = fc.constantFrom(...LEAVES.values());

/** Conditions that are made of such leaves. */
export const arbitraryCondition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition; list: Condition[] }>((tie) => ({
	condition: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		leaf,
		tie("list").map((all) => ({ all })),
		tie("list").map((any) => ({ any })),
		tie("condition").map((not) => ({ not })),
	),
	list: fc.array(tie("condition"), { minLength: 1, maxLength: 4 }),
})).condition;
