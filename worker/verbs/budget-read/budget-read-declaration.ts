const AMOUNTS =
	"{ runs?: number; calls?: number; cpuMs?: number; wallMs?: number; tokens?: number; egressBytes?: number; usdMicros?: number }";
const WINDOWS = `{ [window in "minute" | "hour" | "day" | "month" | "lifetime"]?: { left: ${AMOUNTS}; resetsAtMs: number | null } }`;

/** The TypeScript type of `env.<name>` for a budget.read grant. */
export const BUDGET_READ_DECLARATION = `{
	/**
	 * What is left now, with this call counted. What is left out is not limited; \`usdMicros\` are millionths of a US dollar. \`left\` is the least of what this run
	 * and the agent's windows leave. \`levels.grants\` bind calls through those grants alone. Others spend meanwhile, and a limit of the tenant may be tighter: a
	 * call may be refused all the same, with \`budget_exceeded\`.
	 */
	remaining(): Promise<{
		left: ${AMOUNTS};
		levels: {
			run: ${AMOUNTS};
			agent: ${WINDOWS};
			grants: { [grant: string]: ${WINDOWS} | undefined };
		};
	}>;
}`;
