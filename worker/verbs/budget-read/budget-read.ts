import { z } from "zod";
import { beyondFields } from "../beyond-fields.ts";
import { COMMON_GRANT, COMMON_LIMITS, joinLabels } from "../common-grant.ts";
import { parseArguments } from "../parse-arguments.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { PreparedCall, Verb } from "../verb.ts";
import { BUDGET_READ_DECLARATION } from "./budget-read-declaration.ts";
import { remaining } from "./remaining.ts";

const METHODS = ["remaining"];
const NOTHING = z.tuple([z.undefined({ error: "no argument" })]);

const BudgetReadGrant = z.strictObject({
	verb: z.literal("budget.read").describe("the verb"),
	limits: z.strictObject(COMMON_LIMITS).optional().describe("bounds of this grant"),
	...COMMON_GRANT,
});

const CALL: PreparedCall = {
	effect: "read",
	local: false,
	idempotent: true,
	planned: { left: {}, levels: { run: {}, agent: {}, grants: {} } },
	decision: { kind: "allowed", rule: "remaining" },
	worstCost: {},
	act: { where: "object", perform: ({ budget }) => ({ kind: "done", value: remaining(budget.read()), cost: {} }) },
};

/** Tells a program what is left of the budgets that bind it; acts inside the agent's object. */
export const budgetRead: Verb = {
	name: "budget.read",
	grantSchema: BudgetReadGrant,
	summary: "Reads what is left of the run's, the agent's and the grants' budgets.",
	bind: (data) => {
		const grant = BudgetReadGrant.parse(data);
		return {
			methods: METHODS,
			labels: joinLabels([], grant.labels),
			prepare: (method, args) => {
				if (method !== "remaining") return unknownMethod("budget.read", method, METHODS);
				const parsed = parseArguments("remaining", NOTHING, args);
				return parsed.kind === "invalid" ? parsed : { kind: "prepared", call: CALL };
			},
			declaration: () => BUDGET_READ_DECLARATION,
			lint: () => [],
		};
	},
	beyond: (parent, child) => beyondFields(BudgetReadGrant.parse(parent), BudgetReadGrant.parse(child), { fields: [], limits: {} }),
};
