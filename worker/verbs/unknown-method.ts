import { describeValue } from "./describe-value.ts";
import type { Preparation } from "./verb.ts";

/** What prepare() answers for a method that the grant does not have. */
export const unknownMethod = (verb: string, method: string, methods: readonly string[]): Preparation => ({
	kind: "invalid",
	message: `${verb}: found the method ${describeValue(method)}, wanted one of ${methods.join(", ")}`,
});
