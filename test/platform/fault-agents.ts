import { Agent } from "../../contract/agents.ts";
import type { ApiClient, CreateRunInput } from "../../scripts/support/api-client.ts";

/** An agent that may write files and post to the upstream. */
export const makeFaultAgent = async (api: ApiClient, upstream: string): Promise<Agent> => {
	const far = { verb: "http.fetch", allow: [{ host: upstream, scheme: "http", methods: ["POST"], paths: ["/now", "/later"] }] };
	const grants = { far, files: { verb: "files", mounts: { "/workspace/output": "write" } } };
	return api.expect(201, Agent, "POST", "/v1/agents", { name: "worker", policy: { grants, limits: { wallMs: 120_000, cpuMs: 30_000 } } });
};

const SEND = `export default async (input, env) => {
	await env.files.writeText("/workspace/output/mark.txt", input.mark);
	const response = await env.far.fetch(input.url, { method: "POST", body: input.mark });
	return { mark: input.mark, answer: await response.text() };
};`;

/** A run that writes a file, then posts its mark to the upstream: `/now` answers at once, `/later` when the test says so. */
export const sendRun = (upstream: string, path: "/now" | "/later", mark: string): CreateRunInput => ({
	agent: "worker",
	language: "javascript",
	program: SEND,
	input: { url: `http://${upstream}${path}`, mark },
	limits: { wallMs: 20_000, cpuMs: 2_000 },
});

/** A run that only computes, and uses this much CPU time unless it is stopped. */
export const spinRun = (cpuMs: number): CreateRunInput => ({
	agent: "worker",
	language: "javascript",
	program: "export default async () => { while (true) {} };",
	limits: { wallMs: 20_000, cpuMs },
});
