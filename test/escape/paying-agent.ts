import { Approval } from "../../contract/approvals.ts";
import { Run } from "../../contract/runs.ts";
import type { Answer } from "../../scripts/support/api-client.ts";
import { makeAgent, pollUntil } from "../platform/start-platform.ts";
import type { Scene } from "./scene.ts";

const WAIT_MS = 30_000;

/** An agent of the attacker's whose requests a person is asked about, each. */
export interface PayingAgent {
	readonly name: string;
	/** Starts a run of a function body that has `pay(path, body)`, and gives it when it waits for a person. */
	start(body: string): Promise<Run>;
	read(run: Run): Promise<Run>;
	/** The first approval that a run waits for. */
	approvalOf(run: Run): Promise<Approval>;
	decide(approval: Approval, decision: "approve" | "deny", digest?: string): Promise<Answer>;
	/** The run, once it has ended. */
	ended(run: Run): Promise<Run>;
	/** Bodies of the payments that arrived at a path. */
	paid(path: string): string[];
}

/** Makes one. @param name of the agent: each attack has its own */
export const makePayingAgent = async ({ api, upstream }: Scene, name: string): Promise<PayingAgent> => {
	const pay = {
		verb: "http.fetch",
		allow: [{ host: upstream.host, scheme: "http", methods: ["POST"], paths: ["/*"] }],
		approval: "always",
	};
	await makeAgent(api, {
		name,
		policy: {
			grants: { pay },
			limits: { wallMs: 20_000, cpuMs: 3_000, calls: 200 },
		},
	});
	const read = (run: Run): Promise<Run> => api.expect(200, Run, "GET", `/v1/runs/${run.id}`);
	const until = (run: Run, fits: (run: Run) => boolean): Promise<Run> => pollUntil(() => read(run), fits, WAIT_MS);
	const prelude = `const pay = (path, body) => env.pay.fetch("http://${upstream.host}" + path, { method: "POST", body });`;
	return {
		name,
		start: async (body) => {
			const program = `export default async (input, env) => { ${prelude} ${body} };`;
			const run = await api.run({
				agent: name,
				program,
				language: "javascript",
				wait: 0,
			});
			return until(run, ({ status, endedAtMs }) => status === "waiting_approval" || endedAtMs !== null);
		},
		read,
		approvalOf: (run) => api.expect(200, Approval, "GET", `/v1/approvals/${run.pendingApprovals[0]?.id}`),
		decide: (approval, decision, digest = approval.digest) =>
			api.request("POST", `/v1/approvals/${approval.id}/decide`, {
				decision,
				digest,
			}),
		ended: (run) => until(run, ({ endedAtMs }) => endedAtMs !== null),
		paid: (path) => upstream.arrived.filter(({ url }) => url === path).map(({ body }) => body),
	};
};
