import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { Language, Program } from "../../../contract/runs.ts";
import { encodeValue } from "../../../contract/tagged-json.ts";
import { DIMENSIONS, type Vector } from "../../budgets/vector.ts";
import { fieldsOf } from "../fields-of.ts";
import { parseArguments } from "../parse-arguments.ts";
import type { AgentOrder } from "./agent-order.ts";
import { type AgentRunGrant, sliceOf, takesProgram } from "./agent-run-grant.ts";

const AMOUNT = "a whole number, 0 or more";
const amount = z.int({ error: AMOUNT }).min(0, { error: AMOUNT }).optional();
const GRANT_NAMES = `an array of at most ${LIMITS.grantsPerPolicy} names of grants`;
const LABELS = "an array of private and untrusted";
const PROGRAM = "a program: text, or { main, modules }";

/** Whether zod may look inside: bytes have a property for each byte. */
const isProgramLike = (program: unknown): boolean => typeof program === "string" || (isRecord(program) && isRecord(program["modules"]));
const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !(value instanceof Uint8Array) && !Array.isArray(value);

const ORDER = "an object with input, program, grants, budget, labels, all of them optional";
const RunArguments = fieldsOf(
	{
		input: z.unknown().optional(),
		program: z
			.unknown()
			.transform((program, context) => {
				if (program === undefined) return undefined;
				const parsed = Program.safeParse(isProgramLike(program) ? program : null);
				if (parsed.success) return parsed.data;
				context.addIssue({ code: "custom", message: PROGRAM });
				return z.NEVER;
			})
			.optional(),
		language: z.enum(Language.options, { error: "javascript or typescript" }).optional(),
		grants: z
			.array(z.string({ error: "a string" }).max(LIMITS.nameChars, { error: "the name of a grant" }), { error: GRANT_NAMES })
			.max(LIMITS.grantsPerPolicy, { error: GRANT_NAMES })
			.optional(),
		budget: fieldsOf(
			{ runs: amount, calls: amount, cpuMs: amount, wallMs: amount, tokens: amount, egressBytes: amount, usdMicros: amount },
			{ error: "an object of amounts" },
		).optional(),
		labels: z
			.array(z.enum(["private", "untrusted"], { error: "private or untrusted" }), { error: LABELS })
			.max(LIMITS.labelsPerRun, { error: LABELS })
			.optional(),
	},
	{ error: ORDER },
);

/** What a call of `run` asks for; `denied`: the grant does not allow it. */
export type ReadOrder = { kind: "order"; order: AgentOrder } | { kind: "invalid"; message: string } | { kind: "denied"; message: string };

/** Reads a call's arguments under its grant: what is left out is the grant's own. */
export const readOrder = (grant: AgentRunGrant, args: readonly unknown[]): ReadOrder => {
	const parsed = parseArguments("run", z.tuple([RunArguments]), args.length === 0 ? [{}] : args);
	if (parsed.kind === "invalid") return parsed;
	const [asked] = parsed.values;
	const { program = null, grants = null, budget = {} } = asked;
	if (program !== null && !takesProgram(grant))
		return {
			kind: "denied",
			message: `run argument 1.program: found one, wanted none: the grant runs the stored program of ${grant.agent}`,
		};
	const strange = grant.grants === undefined ? undefined : grants?.find((name) => grant.grants?.includes(name) !== true);
	if (strange !== undefined) {
		const wanted = grant.grants?.join(", ") ?? "";
		return {
			kind: "denied",
			message: `run argument 1.grants: found ${JSON.stringify(strange)}, wanted names out of ${wanted === "" ? "none" : wanted}`,
		};
	}
	const narrowed = narrow(sliceOf(grant), budget);
	if (narrowed.kind === "invalid") return narrowed;
	const input = encodeValue(asked.input ?? null, { bytes: LIMITS.argumentBytes });
	if (input.kind === "refused") return { kind: "invalid", message: `run argument 1.input: ${input.message}` };
	return {
		kind: "order",
		order: {
			agent: grant.agent,
			input: input.text,
			program,
			language: asked.language ?? "typescript",
			grants: grants ?? grant.grants ?? null,
			slice: narrowed.slice,
			labels: [...new Set(asked.labels ?? [])],
			atOnce: grant.limits?.atOnce ?? null,
		},
	};
};

/** Without any of these no run starts. */
const NEEDED = ["runs", "cpuMs", "wallMs"] as const;

const narrow = (
	most: Vector,
	asked: { readonly [dimension in keyof Vector]?: number | undefined },
): { kind: "slice"; slice: Vector } | { kind: "invalid"; message: string } => {
	const over = DIMENSIONS.find((dimension) => (asked[dimension] ?? 0) > most[dimension]);
	if (over !== undefined)
		return { kind: "invalid", message: `run argument 1.budget.${over}: found ${asked[over]}, wanted at most ${most[over]}, the grant's` };
	const none = NEEDED.find((dimension) => asked[dimension] === 0);
	if (none !== undefined)
		return { kind: "invalid", message: `run argument 1.budget.${none}: found 0, wanted at least 1: a run needs some` };
	const slice = { ...most };
	for (const dimension of DIMENSIONS) slice[dimension] = asked[dimension] ?? most[dimension];
	return { kind: "slice", slice };
};
