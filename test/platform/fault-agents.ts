import { Agent } from "../../contract/agents.ts";
import type { ApiClient, CreateRunInput } from "../../scripts/support/api-client.ts";
import { answerOf } from "./fault-upstream.ts";

/** So much that no run meets them: a process that dies counts as busy since it was last looked at, which on a crowded machine may be a while ago. */
export const PATIENT = { wallMs: 100_000, cpuMs: 20_000 };

/**
 * An agent whose grants reach the upstream in every way that a crash tells apart: `reads` may be sent again, `keyed` may be sent again with its key, `plain`
 * and `asked` must happen once.
 */
export const makeFaultAgent = async (api: ApiClient, upstream: string): Promise<Agent> => {
	const far = (method: string, more = {}) => ({
		verb: "http.fetch",
		allow: [{ host: upstream, scheme: "http", methods: [method] }],
		...more,
	});
	const grants = {
		reads: far("GET"),
		keyed: far("POST", { idempotencyHeader: "idempotency-key" }),
		plain: far("POST"),
		asked: far("POST", { approval: "always" }),
		memory: { verb: "state" },
		files: { verb: "files", mounts: { "/workspace/output": "write" } },
	};
	const flow = { "private+untrusted -> external": "allow" } as const;
	return api.expect(201, Agent, "POST", "/v1/agents", {
		name: "worker",
		policy: { grants, flow, limits: { wallMs: 120_000, cpuMs: 30_000 } },
	});
};

const WHOLE = `export default async ({ origin, mark }, env) => {
	const say = async (grant, step) => {
		const response = await env[grant].fetch(origin + "/" + mark + "/" + step, { method: grant === "reads" ? "GET" : "POST" });
		return response.text();
	};
	console.log("begins " + mark);
	const read = await say("reads", "read");
	await env.memory.put(mark, "once");
	const keyed = await say("keyed", "keyed");
	await env.files.writeText("/workspace/output/" + mark + ".txt", read + keyed);
	const plain = await say("plain", "plain");
	const fromMs = Date.now();
	await new Promise((resolve) => setTimeout(resolve, 25));
	const slept = Date.now() - fromMs >= 25;
	console.log("asks " + mark);
	const asked = await say("asked", "asked");
	const parts = await Promise.all([say("reads", "part-read"), say("keyed", "part-keyed"), say("plain", "part-plain")]);
	console.log("ends " + mark);
	return { read, keyed, plain, slept, asked, parts };
};`;

/** Every request of a whole run, by its grant, in the order in which they begin. */
export const STEPS = {
	read: "reads",
	keyed: "keyed",
	plain: "plain",
	asked: "asked",
	"part-read": "reads",
	"part-keyed": "keyed",
	"part-plain": "plain",
} as const;

/** A run that does everything that a crash could spoil, with one approval in its middle. Nobody waits for it, and it never waits inline. */
export const wholeRun = (upstream: string, mark: string): CreateRunInput => ({
	agent: "worker",
	language: "javascript",
	program: WHOLE,
	input: { origin: `http://${upstream}`, mark },
	limits: PATIENT,
	wait: 0,
});

/** What it gives when everything in it happened once. */
export const wholeResult = (mark: string): Record<string, unknown> => {
	const text = (step: string) => answerOf({ mark, step });
	return {
		read: text("read"),
		keyed: text("keyed"),
		plain: text("plain"),
		slept: true,
		asked: text("asked"),
		parts: [text("part-read"), text("part-keyed"), text("part-plain")],
	};
};

export const wholeLines = (mark: string): string[] => ["begins", "asks", "ends"].map((word) => `${word} ${mark}`);

/** A run that tells how often the agent's memory was written before, this time included: one number counts for all of its keys. */
export const writesRun = (): CreateRunInput => ({
	agent: "worker",
	language: "javascript",
	program: `export default async (input, env) => { await env.memory.put("last", 1); return (await env.memory.getEntry("last")).version; };`,
});

const SEND = `export default async ({ origin, mark, grant }, env) => {
	await env.files.writeText("/workspace/output/mark.txt", mark);
	const send = () => env[grant].fetch(origin + "/" + mark + "/sent", { method: grant === "reads" ? "GET" : "POST" });
	const response = await send().catch((error) => error);
	return response instanceof Error ? response.code + ": " + response.message : response.text();
};`;

/** A run that writes a file, then sends one request through a grant. It gives the answer, or what went wrong. */
export const sendRun = (upstream: string, mark: string, grant: "reads" | "keyed" | "plain" = "plain"): CreateRunInput => ({
	agent: "worker",
	language: "javascript",
	program: SEND,
	input: { origin: `http://${upstream}`, mark, grant },
	limits: PATIENT,
});

/** A run that only computes, for about so long. */
export const computeRun = (ms: number): CreateRunInput => ({
	agent: "worker",
	language: "javascript",
	// The program's own clock stands still while it computes.
	program: `export default async () => { let sum = 0; for (let i = 0; i < ${ms} * 200_000; i += 1) sum = (sum + i * i) % 1_000_003; return sum; };`,
	limits: { wallMs: 60_000, cpuMs: 30_000 },
	wait: 0,
});

/** A run that only computes, and never ends by itself. */
export const spinRun = (): CreateRunInput => ({
	agent: "worker",
	language: "javascript",
	program: "export default async () => { while (true) {} };",
	limits: { wallMs: 60_000, cpuMs: 30_000 },
	wait: 0,
});
