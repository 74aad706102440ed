import { LIMITS } from "../../contract/limits.ts";
import { LINT_RULES, type LintWarning } from "../../contract/lint.ts";
import { externalAnyPath, externalMultiTenantHost, externalWildcardHost } from "./external-rules.ts";
import { firstCallUnasked, privateUntrustedExternalAllowed, recipientCoversMany, recipientNotExternal } from "./flow-rules.ts";
import { leak } from "./leak-rules.ts";
import type { LintRule, LintSubject } from "./lint-subject.ts";
import { aiSinkUnlabelled, secretUnderTwoVerbs, storeWrittenUnlabelled } from "./sink-rules.ts";
import { privateSourceUnlabelled, untrustedSourceUnlabelled } from "./source-rules.ts";
import { grantNeverUsed, ofVerbs, subAgentWider } from "./use-rules.ts";

const RULES = {
	private_untrusted_external_allowed: privateUntrustedExternalAllowed,
	recipient_covers_many: recipientCoversMany,
	first_call_unasked: firstCallUnasked,
	external_wildcard_host: externalWildcardHost,
	external_multi_tenant_host: externalMultiTenantHost,
	external_any_path: externalAnyPath,
	private_source_unlabelled: privateSourceUnlabelled,
	untrusted_source_unlabelled: untrustedSourceUnlabelled,
	ai_sink_unlabelled: aiSinkUnlabelled,
	store_written_unlabelled: storeWrittenUnlabelled,
	secret_under_two_verbs: secretUnderTwoVerbs,
	sub_agent_wider: subAgentWider,
	recipient_not_external: recipientNotExternal,
	leak,
	grant: ofVerbs,
	grant_never_used: grantNeverUsed,
} satisfies Record<LintWarning["rule"], LintRule>;

/** What a person should look at twice in a policy, the heaviest first, LIMITS.lintWarnings at most. Pure. */
export const lintPolicy = (subject: LintSubject): LintWarning[] =>
	LINT_RULES.flatMap((rule) => RULES[rule](subject))
		.slice(0, LIMITS.lintWarnings)
		.map((warning) => ({ ...warning, message: cut(warning.message) }));

const cut = (text: string): string =>
	text.length > LIMITS.lintMessageChars ? `${text.slice(0, LIMITS.lintMessageChars - 1).toWellFormed()}…` : text;
