import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { Vector } from "../../budgets/vector.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";
import { SELF } from "./agent-order.ts";

const amount = (what: string, least = 0) => z.int().min(least).describe(what);

export const AgentRunGrant = z.strictObject({
	verb: z.literal("agent.run").describe("the verb"),
	agent: z.string().min(1).max(LIMITS.nameChars).describe("the agent that is run: its id, its name, or `self`"),
	budget: z
		.strictObject({
			runs: amount("most runs of the tree, the one that is started included; left out: 1, so that it starts none itself", 1).optional(),
			calls: amount("most calls"),
			cpuMs: amount("most CPU time, milliseconds", 1),
			wallMs: amount("most wall time while executed, milliseconds", 1),
			tokens: amount("most tokens; left out: none").optional(),
			egressBytes: amount("most bytes that leave the house; left out: none").optional(),
			usdMicros: amount("most money, millionths of a US dollar; the price of runs and of CPU time included"),
		})
		.describe("the most that one call may lend out of the run's own budget to the run that it starts and all below it"),
	grants: z
		.array(z.string().min(1).max(LIMITS.nameChars))
		.max(LIMITS.grantsPerPolicy)
		.optional()
		.describe(
			"names of that agent's grants that its run may use; left out: all of them. None may allow more than the calling run has itself",
		),
	program: z
		.enum(["given", "stored"])
		.optional()
		.describe(
			"given: a call may bring a program; stored: it runs the agent's stored one, or, of `self`, the calling run's own. Left out: given for `self`, stored for another agent",
		),
	limits: z
		.strictObject({
			...COMMON_LIMITS,
			atOnce: z
				.int()
				.min(1)
				.max(LIMITS.childrenAtOnce)
				.optional()
				.describe("most runs that one run may have started through the grant at once"),
		})
		.optional()
		.describe("bounds of this grant"),
	...COMMON_GRANT,
});
export type AgentRunGrant = z.infer<typeof AgentRunGrant>;

/** The most that one call lends, in every dimension. */
export const sliceOf = ({ budget }: Pick<AgentRunGrant, "budget">): Vector => ({
	runs: budget.runs ?? 1,
	calls: budget.calls,
	cpuMs: budget.cpuMs,
	wallMs: budget.wallMs,
	tokens: budget.tokens ?? 0,
	egressBytes: budget.egressBytes ?? 0,
	usdMicros: budget.usdMicros,
});

/** Whether a call may bring a program's text. */
export const takesProgram = ({ agent, program }: Pick<AgentRunGrant, "agent" | "program">): boolean =>
	(program ?? (agent === SELF ? "given" : "stored")) === "given";
