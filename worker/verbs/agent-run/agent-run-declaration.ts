import { commentText } from "../comment-text.ts";
import { SELF } from "./agent-order.ts";
import { type AgentRunGrant, sliceOf, takesProgram } from "./agent-run-grant.ts";

const AMOUNTS = "runs?: number; calls?: number; cpuMs?: number; wallMs?: number; tokens?: number; egressBytes?: number; usdMicros?: number";
const USED = "runs: number; calls: number; cpuMs: number; wallMs: number; tokens: number; egressBytes: number; usdMicros: number";

/** The TypeScript of `env.<name>`. */
export const agentRunDeclaration = (grant: AgentRunGrant): string => {
	const who = grant.agent === SELF ? "this very agent" : `the agent ${commentText(grant.agent)}`;
	const slice = sliceOf(grant);
	const most = Object.entries(slice).map(([dimension, amount]) => `${dimension} ${amount}`);
	const program = takesProgram(grant) ? " program?: string | { main: string; modules: Record<string, string> };" : "";
	const names =
		grant.grants === undefined
			? "string"
			: grant.grants.length === 0
				? "never"
				: grant.grants.map((name) => JSON.stringify(name)).join(" | ");
	return `{
	/**
	 * Starts a run of ${who} and waits for its end. What that run comes to is the answer, its failing too: look at \`status\`. It throws when no run is started:
	 * \`budget_exceeded\`, \`calls_exceeded\`, \`capability_not_granted\`, \`agent_disabled\`, \`concurrency_exceeded\`. Several at once run side by side. A run
	 * may use at most: ${most.join(", ")}; \`budget\` asks for less.
	 */
	run(order?: {
		input?: unknown;${program}
		grants?: (${names})[];
		budget?: { ${AMOUNTS} };
		labels?: ("private" | "untrusted")[];
	}): Promise<{
		id: string;
		status: "succeeded" | "failed" | "timed_out" | "cancelled" | "budget_exceeded";
		result: unknown;
		error: { code: string; message: string; hint: string } | null;
		/** Of the run and of all that it started. */
		usage: { ${USED} };
		labels: string[];
	}>;
}`;
};
