import type { LintWarning } from "../../contract/lint.ts";
import { leakWarnings } from "../leaks/leak-warnings.ts";
import type { LintRule } from "./lint-subject.ts";

/** What is not looked for in the calls that go out. */
export const leak: LintRule = ({ policy, bound, resources }) =>
	leakWarnings({ grants: [...bound.grants.values()], hasCanary: policy.canary !== undefined }, resources).map(
		({ grants, message }): LintWarning => ({ rule: "leak", grants: [...grants], message }),
	);
