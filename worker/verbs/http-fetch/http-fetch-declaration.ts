import { LIMITS } from "../../../contract/limits.ts";
import { commentText } from "../comment-text.ts";
import type { BoundRule } from "./covering-rule.ts";
import type { HttpFetchGrant } from "./http-fetch-grant.ts";

/** The TypeScript type of `env.<name>` for an http grant. Says that a credential is added and in which header, never which secret. */
export const httpFetchDeclaration = (grant: HttpFetchGrant, rules: readonly BoundRule[]): string => {
	const lines = rules.map((rule) => `	 * - ${commentText(rule.text)}`);
	if (grant.inject !== undefined)
		lines.push(`	 * The host adds the header ${grant.inject.header.toLowerCase()} with a credential; do not set it.`);
	lines.push(`	 * Redirects: ${grant.redirects === "refuse" ? "not followed" : "followed while they stay within what is allowed"}.`);
	return `{
	/**
	 * Fetches as the global fetch() does. Allowed:
${lines.join("\n")}
	 * A response has at most ${grant.limits?.responseBytes ?? LIMITS.responseBytes.default} bytes and ${grant.limits?.timeoutMs ?? LIMITS.upstreamMs.default} ms.
	 */
	fetch(url: string | URL, init?: RequestInit): Promise<Response>;
}`;
};
