/** Flow of labelled data, and the policy's lint. */
export const FLOW_LIMITS = {
	/** Recipients that a flow rule names; a policy has 64 grants. Parsed in contract/agents. */
	flowRecipients: 64,
	/** Hosts of one recipient, and characters of one. Parsed in contract/agents. */
	recipientHosts: 64,
	recipientHostChars: 260,
	/** Warnings that one answer of the lint shows, by their weight. Enforced in policy-lint/lint-policy. */
	lintWarnings: 200,
	/** Characters of one warning. Enforced in policy-lint/lint-policy. */
	lintMessageChars: 1_000,
	/** Other agents whose policies one lint compares with the agent's. Enforced in policy-lint/wider-agents. */
	lintAgents: 16,
	/** Newest runs of the agent in which the lint looks for grants that no call used. Enforced in policy-lint/used-grants. */
	lintRuns: 200,
	/** Calls of those runs that it reads; where there are more it says nothing of use. Enforced in policy-lint/used-grants. */
	lintCalls: 5_000,
} as const;
