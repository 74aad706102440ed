import { ERRORS } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { DIMENSIONS, ZERO } from "../../budgets/vector.ts";
import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { beyondNames } from "../beyond-names.ts";
import { beyondNumber } from "../beyond-number.ts";
import { joinLabels } from "../common-grant.ts";
import { deniedCall } from "../denied-call.ts";
import { readOnce } from "../read-once.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Preparation, Verb } from "../verb.ts";
import { SELF } from "./agent-order.ts";
import { readOrder } from "./agent-run-arguments.ts";
import { agentRunDeclaration } from "./agent-run-declaration.ts";
import { AgentRunGrant, sliceOf, takesProgram } from "./agent-run-grant.ts";

const METHODS = ["run"];
const read = readOnce(AgentRunGrant);

/** Starts runs of another agent, or of the same one, within a slice of the calling run's budget and never with more than its grants. */
export const agentRun: Verb = {
	name: "agent.run",
	grantSchema: AgentRunGrant,
	summary: "Runs another agent, or the same one, with a part of the run's own budget and grants.",
	bind: (data) => {
		const grant = AgentRunGrant.parse(data);
		return {
			methods: METHODS,
			// None by nature: what the started run sends out is checked under its own labels, which begin with the caller's and come back with its result.
			labels: joinLabels([], grant.labels),
			prepare: (method, args) => (method === "run" ? prepareRun(grant, args) : unknownMethod("agent.run", method, METHODS)),
			declaration: () => agentRunDeclaration(grant),
			lint: () => lintGrant(grant),
		};
	},
	beyond: (parent, child) => beyondFields(read(parent), read(child), NARROWINGS),
};

/** Names of agents are equal or other agents': whoever compares gives `self` the id that it means. */
const NARROWINGS: Narrowings<AgentRunGrant> = {
	fields: [
		["budget", beyondBudget],
		["grants", beyondLent],
		["program", (parent, child) => (takesProgram(child) && !takesProgram(parent) ? "program: found given, wanted stored" : null)],
	],
	limits: { atOnce: LIMITS.childrenAtOnce },
};

function beyondLent(parent: AgentRunGrant, child: AgentRunGrant): string | null {
	if (parent.grants === undefined) return null;
	if (child.grants === undefined) return "grants: found none named, which are all, wanted those named";
	return beyondNames("grants", parent.grants, child.grants);
}

function beyondBudget(parent: AgentRunGrant, child: AgentRunGrant): string | null {
	const [most, asked] = [sliceOf(parent), sliceOf(child)];
	const over = DIMENSIONS.find((dimension) => asked[dimension] > most[dimension]);
	return over === undefined ? null : beyondNumber(`budget.${over}`, most[over], asked[over]);
}

const prepareRun = (grant: AgentRunGrant, args: readonly unknown[]): Preparation => {
	const read = readOrder(grant, args);
	if (read.kind === "invalid") return read;
	if (read.kind === "denied") {
		const { message } = read;
		const code = "capability_not_granted";
		return { kind: "prepared", call: deniedCall({ effect: "write", code, message, hint: ERRORS[code].hint }) };
	}
	return {
		kind: "prepared",
		call: {
			effect: "write",
			local: false,
			// The run's id is made of the call's: asked for again, it is the same run.
			idempotent: true,
			planned: { id: "", status: "succeeded", result: null, error: null, usage: { ...ZERO }, labels: [] },
			decision: { kind: "allowed", rule: `runs of ${grant.agent}` },
			worstCost: {},
			lends: read.order.slice,
			act: { where: "agent", order: read.order },
		},
	};
};

const lintGrant = (grant: AgentRunGrant): string[] => {
	const warnings: string[] = [];
	if (grant.agent !== SELF && takesProgram(grant))
		warnings.push(`program: a program of this agent may run any program as ${grant.agent}, wanted \`stored\` unless that is meant`);
	if (sliceOf(grant).usdMicros === 0) warnings.push("budget.usdMicros: 0 lets no run start, since a run has a price; wanted some");
	return warnings;
};
