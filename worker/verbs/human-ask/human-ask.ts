import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { commentText } from "../comment-text.ts";
import { COMMON_GRANT, COMMON_LIMITS, joinLabels } from "../common-grant.ts";
import { fieldsOf } from "../fields-of.ts";
import { compileSchema } from "../json-schema/compile-schema.ts";
import { describeSchema } from "../json-schema/describe-schema.ts";
import { minimalValue } from "../json-schema/minimal-value.ts";
import { isJsonObject } from "../json-schema/plain-json.ts";
import { parseArguments } from "../parse-arguments.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Act, Preparation, Verb } from "../verb.ts";
import { shownTextFault } from "./shown-text.ts";

/** Text that a person will read: nothing in it may hide, reorder or imitate another part of the page. */
const shownText = (what: string, maxChars: number) =>
	z
		.string({ error: `${what}, a string` })
		.min(1, { error: `${what} that is not empty` })
		.max(maxChars, { error: `${what} of at most ${maxChars} characters` })
		.superRefine((text, context) => {
			const fault = shownTextFault(text);
			if (fault !== null) context.addIssue({ code: "custom", message: `${what} without ${fault}` });
		});

const schemaFault = (schema: unknown): string | null => {
	if (!isJsonObject(schema)) return "a JSON Schema, an object";
	const compiled = compileSchema(schema, { unknownKeywords: "refuse" });
	if (compiled.kind === "refused")
		return `a JSON Schema that can be checked: ${compiled.path === "" ? "" : `${compiled.path}: `}${compiled.why}`;
	// After compiling, which bounds what is written here.
	return JSON.stringify(schema).length > LIMITS.answerSchemaBytes ? `a JSON Schema of at most ${LIMITS.answerSchemaBytes} bytes` : null;
};

const AnswerSchema = z.unknown().superRefine((schema, context) => {
	const fault = schemaFault(schema);
	if (fault !== null) context.addIssue({ code: "custom", message: fault });
});

const HumanAskGrant = z.strictObject({
	verb: z.literal("human.ask").describe("the verb"),
	to: shownText("a label", LIMITS.nameChars).optional().describe("who is asked, as the page of approvals shows it"),
	answer: AnswerSchema.optional().describe(
		"JSON Schema of the answer; with it a program can ask for nothing else. Left out: text, or what the program asks for",
	),
	limits: z.strictObject(COMMON_LIMITS).optional().describe("bounds of this grant"),
	...COMMON_GRANT,
});
type HumanAskGrant = z.infer<typeof HumanAskGrant>;

const AskedQuestion = fieldsOf(
	{
		question: shownText("a question", LIMITS.questionChars),
		details: shownText("details", LIMITS.questionDetailsChars).optional(),
		schema: AnswerSchema.optional(),
	},
	{ error: "an object with question, and optionally details and schema" },
);

/** Asks a person. The call has no act of its own: what a person answers is its result. */
export const humanAsk: Verb = {
	name: "human.ask",
	grantSchema: HumanAskGrant,
	summary: "Asks a person a question, with a schema for the answer.",
	bind: (data) => {
		const grant = HumanAskGrant.parse(data);
		return {
			methods: ["ask"],
			// None by nature: a question goes to the tenant's own people, who see what they are asked.
			labels: joinLabels([], grant.labels),
			prepare: (method, args) => (method === "ask" ? prepareQuestion(grant, args) : unknownMethod("human.ask", method, ["ask"])),
			declaration: () => humanAskDeclaration(grant),
			lint: () => [],
		};
	},
};

const prepareQuestion = (grant: HumanAskGrant, args: readonly unknown[]): Preparation => {
	const parsed = parseArguments("ask", z.tuple([AskedQuestion]), args);
	if (parsed.kind === "invalid") return parsed;
	const [{ question, details, schema }] = parsed.values;
	if (schema !== undefined && grant.answer !== undefined)
		return { kind: "invalid", message: "ask argument 1.schema: found a schema, wanted none: the grant says what the answer is" };
	const wanted = grant.answer ?? schema ?? null;
	return {
		kind: "prepared",
		call: {
			effect: "write",
			local: false,
			// Nothing is done twice: a question that was asked is still the same one.
			idempotent: true,
			planned: wanted === null ? "" : minimalValue(wanted),
			decision: { kind: "ask", rule: "ask", why: grant.to === undefined ? "a question" : `a question to ${grant.to}` },
			question: { text: question, details: details ?? null, schema: wanted },
			worstCost: {},
			act: UNANSWERED,
		},
	};
};

/** Acting on a question in place of its answer opens nothing. */
const UNANSWERED: Act = {
	where: "object",
	perform: () => ({
		kind: "failed",
		code: "approval_required",
		message: "ask: a question waits for a person's answer, and there is none",
		cost: {},
	}),
};

const humanAskDeclaration = (grant: HumanAskGrant): string => {
	const who = grant.to === undefined ? "a person" : commentText(grant.to);
	const about = `\t/** Asks ${who} and waits for the answer, which may take days; throws the code approval_denied when it is refused, approval_expired when nobody answers. */`;
	if (grant.answer !== undefined)
		return `{\n${about}\n\task(question: { question: string; details?: string }): Promise<${describeSchema(grant.answer)}>;\n}`;
	return `{\n${about}\n\task<Answer = string>(question: { question: string; details?: string; schema?: object }): Promise<Answer>;\n}`;
};
