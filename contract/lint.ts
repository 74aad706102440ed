import { z } from "zod";

/** What the lint of a policy warns of, the heaviest first. `leak`: what nobody would notice going out. `grant`: a grant's own warnings, by its verb. */
export const LINT_RULES = [
	"private_untrusted_external_allowed",
	"recipient_covers_many",
	"first_call_unasked",
	"external_wildcard_host",
	"external_multi_tenant_host",
	"external_any_path",
	"private_source_unlabelled",
	"untrusted_source_unlabelled",
	"ai_sink_unlabelled",
	"store_written_unlabelled",
	"secret_under_two_verbs",
	"sub_agent_wider",
	"recipient_not_external",
	"leak",
	"grant",
	"grant_never_used",
] as const;

export const LintWarning = z.strictObject({
	rule: z.enum(LINT_RULES),
	grants: z.array(z.string()).describe("names of the grants that it is about"),
	message: z.string().describe("what can happen, and what to change"),
});
export type LintWarning = z.infer<typeof LintWarning>;

/** Warnings of an agent's policy as it is today. None is a proof of anything: it is what the rules know. */
export const PolicyLint = z.strictObject({ policyVersion: z.int(), warnings: z.array(LintWarning) });
export type PolicyLint = z.infer<typeof PolicyLint>;
