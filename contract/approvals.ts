import { z } from "zod";
import { AgentInQuery } from "./agent-ref.ts";
import { AtMs, PageQuery, ParsedJson } from "./common.ts";
import { Condition } from "./conditions.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";

export const APPROVAL_STATUSES = ["pending", "approved", "denied", "expired", "cancelled"] as const;
export const ApprovalStatus = z.enum(APPROVAL_STATUSES);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

/** What `human.ask` asks: the text, what stands below it, and the JSON Schema of the answer (null: text). */
export const Question = z.strictObject({ text: z.string(), details: z.string().nullable(), schema: z.json() });
export type Question = z.infer<typeof Question>;

/** A call that waits for a person, or waited. What is executed after an approval is what stands here, to the byte. */
export const Approval = z.strictObject({
	id: idOf("apr"),
	run: idOf("run"),
	agent: idOf("agt"),
	call: idOf("cal"),
	status: ApprovalStatus,
	grant: z.string(),
	verb: z.string(),
	method: z.string(),
	args: z.string().describe("canonical encoded arguments (docs/design/values.md), whole: JSON text of an array"),
	digest: z
		.string()
		.describe(
			'what a decision names: `sha256:` and the SHA-256, in hex, of the UTF-8 of `{"args":…,"grant":…,"method":…,"policyVersion":…,"programDigest":…,"run":…}`: these six fields as they are shown, in this order, as JSON.stringify writes them, without spaces',
		),
	policyVersion: z.int(),
	programDigest: z.string(),
	/** Why a person is asked: the rule, in words. */
	rule: z.string(),
	/** Of `human.ask` only: the approval is an answer to it. */
	question: Question.nullable(),
	createdAtMs: AtMs,
	expiresAtMs: AtMs,
	decidedAtMs: AtMs.nullable().describe("when it stopped being pending, however it did"),
	decidedBy: z.string().nullable().describe("id of the key that decided; null: nobody did, in time or while the run lived"),
	reason: z.string().nullable().describe("as the key that decided gave it; null: none"),
	scopedApproval: z.string().nullable().describe("the scoped approval that was made with this decision; null: none"),
});
export type Approval = z.infer<typeof Approval>;

/** An approval as a list shows it. The mark stands beside the arguments, not in them: whatever a program passes cannot be taken for it. */
export const ListedApproval = Approval.extend({
	args: z.string().describe("canonical encoded arguments; when `argsCut` is true their first 8192 characters"),
	argsCut: z.boolean().describe("whether `args` is only the beginning: GET by id has them whole, and the digest is over the whole"),
});
export type ListedApproval = z.infer<typeof ListedApproval>;

/** A pending approval as its run shows it. */
export const PendingApproval = Approval.pick({ id: true, digest: true, call: true, grant: true, method: true, expiresAtMs: true });
export type PendingApproval = z.infer<typeof PendingApproval>;

/**
 * "Calls like this one need not be asked about": calls to come of the same agent, grant and method. Made with an approval, revocable, bounded by at least
 * one of run, time and count, and in any case by LIMITS.scopedApprovalMs. `when` left out: calls with the very arguments that are approved.
 */
export const NewScope = z
	.strictObject({
		when: Condition.optional().describe("which calls of the same grant and method; left out: the same arguments"),
		run: z.boolean().optional().describe("only in the run that asked"),
		forMs: z.int().min(1_000).max(LIMITS.scopedApprovalMs).optional().describe("for so long, milliseconds"),
		times: z.int().min(1).max(LIMITS.scopedApprovalTimes).optional().describe("so many calls"),
	})
	.refine(({ run, forMs, times }) => run === true || forMs !== undefined || times !== undefined, {
		error: "wanted at least one bound: run, forMs or times",
	});
export type NewScope = z.infer<typeof NewScope>;

/** JSON that a person gives in a call's stead. It lies in the journal beside the call, so it is bounded as answers there are. */
const GivenJson = ParsedJson.refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= LIMITS.givenAnswerBytes, {
	error: `wanted at most ${LIMITS.givenAnswerBytes} bytes of JSON`,
});

export const DecideApproval = z
	.strictObject({
		decision: z.enum(["approve", "deny"]),
		digest: z.string().max(100).describe("the approval's digest: what was looked at"),
		reason: z
			.string()
			.max(LIMITS.reasonChars)
			.optional()
			.describe("the program reads it when the call is denied; plain text, lines may be broken"),
		answer: GivenJson.optional().describe(
			"of human.ask, where it is needed: what the program gets, JSON that the question's schema allows",
		),
		scope: NewScope.optional().describe("lets calls like this one through without asking again"),
	})
	.refine(({ decision, scope, answer }) => decision === "approve" || (scope === undefined && answer === undefined), {
		error: "wanted scope and answer only with approve",
	});
export type DecideApproval = z.infer<typeof DecideApproval>;

/** A scoped approval as it is listed. */
export const ScopedApproval = z.strictObject({
	id: idOf("apr"),
	agent: idOf("agt"),
	/** The approval that it was made with. */
	approval: idOf("apr"),
	grant: z.string(),
	grantDigest: z
		.string()
		.describe(
			"`sha256:` of the grant as the policy had it; about calls of a run whose grant of that name is another one a person is asked",
		),
	method: z.string(),
	rule: z
		.string()
		.describe(
			"what asked: `approval` (the grant's rule), `flow` (the policy's), a tool's own, or several; a call about which more or else asks is asked about",
		),
	when: Condition.nullable().describe("null: the very arguments with `argsDigest`"),
	argsDigest: z
		.string()
		.nullable()
		.describe("`sha256:` and the SHA-256, in hex, of the approval's `args`; null where `when` says which calls"),
	run: idOf("run").nullable().describe("null: in any run of the agent"),
	usesLeft: z.int().nullable().describe("calls that still go through by it; null: not counted"),
	expiresAtMs: AtMs,
	createdAtMs: AtMs,
	createdBy: z.string().describe("id of the key that approved"),
	revokedAtMs: AtMs.nullable(),
	revokedBy: z
		.string()
		.nullable()
		.describe("id of the key that revoked it; null: nobody, or a change of the policy that changed its grant"),
});
export type ScopedApproval = z.infer<typeof ScopedApproval>;

export const ListApprovalsQuery = PageQuery.extend({
	status: ApprovalStatus.optional(),
	run: idOf("run").optional(),
	agent: AgentInQuery,
});

/**
 * How a person settles a call of which nobody can say whether it happened. `done`: it happened, and the program gets `result`; `failed`: it did not, and
 * the program gets an error; `repeat`: it is performed again with the same call id.
 */
export const ResolveCall = z.discriminatedUnion("outcome", [
	z.strictObject({
		outcome: z.literal("done"),
		result: GivenJson.optional().describe(
			"what the program gets, encoded as results are (docs/design/values.md); left out: undefined. Of http.fetch: { status?, headers?, body? } of the response, bare or as the `$response` tag; left out: an empty 200",
		),
	}),
	z.strictObject({
		outcome: z.literal("failed"),
		message: z.string().max(LIMITS.reasonChars).optional().describe("the program reads it; plain text, lines may be broken"),
	}),
	z.strictObject({ outcome: z.literal("repeat") }),
]);
export type ResolveCall = z.infer<typeof ResolveCall>;
