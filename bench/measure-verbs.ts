import { Agent } from "../contract/agents.ts";
import { Dataset } from "../contract/datasets.ts";
import { Model } from "../contract/models.ts";
import { Secret } from "../contract/tenants.ts";
import { ToolServer } from "../contract/tools.ts";
import type { ApiClient } from "../scripts/support/api-client.ts";
import type { LoopbackServer } from "../scripts/support/loopback-server.ts";
import { percentile, show, timed } from "./statistics.ts";

/** Calls of one run; so many that what a run costs itself is little beside them. */
const CALLS = 50;

/** One call of each verb, as a program writes it. `asks`: what the verb asks of the upstream, which a bare fetch is then asked beside it. */
const VERBS: Readonly<Record<string, { readonly call: string; readonly asks?: { readonly path: string; readonly body?: string } }>> = {
	"files.readText": { call: 'env.files.readText("/workspace/input/a.txt")' },
	"state.get": { call: 'env.memory.get("key")' },
	"crypto.sign": { call: 'env.signer.sign("payload")' },
	"http.fetch": { call: "env.web.fetch(input.url)", asks: { path: "/fetched" } },
	"ai.complete": {
		call: 'env.llm.complete({ prompt: "ping", maxTokens: 5 })',
		asks: { path: "/v1/chat/completions", body: '{"model":"m","messages":[{"role":"user","content":"ping"}],"max_tokens":5}' },
	},
	"tool.call": { call: "env.people.getPerson({ id: 1 })", asks: { path: "/people/1" } },
	"sql.query": { call: 'env.numbers.query("select 1 as one")' },
};

/** What one call of each verb adds beyond its upstream: runs with many calls, runs with none and bare fetches, in turn, so that drift hits all. */
export const measureVerbs = async (api: ApiClient, upstream: LoopbackServer, rounds: number): Promise<void> => {
	await api.expect(201, Dataset, "POST", "/v1/datasets", { name: "numbers" });
	const table = "CREATE TABLE one (n INTEGER); INSERT INTO one VALUES (1);";
	const filled = await api.send("PUT", "/v1/datasets/numbers/data", table, { "content-type": "application/sql" });
	if (filled.status !== 200)
		throw new Error(`Filling the dataset numbers: found ${filled.status} ${JSON.stringify(filled.body)}, wanted 200`);
	await makeCaller(api, upstream);
	const times = new Map<string, number[]>();
	const add = (name: string, ms: number): void => {
		times.set(name, [...(times.get(name) ?? []), ms]);
	};
	for (let round = 0; round < rounds + 1; round += 1) {
		const none = await timed(() => runCalls(api, upstream, "0", 0));
		for (const [name, { call, asks }] of Object.entries(VERBS)) {
			const whole = await timed(() => runCalls(api, upstream, call, CALLS));
			const bare = asks === undefined ? 0 : await timed(() => fetchBare(upstream, asks));
			// The first round warms everything up.
			if (round > 0) add(name, (whole - none - bare) / CALLS);
		}
	}
	for (const [name, overheads] of times)
		console.log(
			`one call of ${name.padEnd(15)} p50 ${show(percentile(overheads, 0.5))} ms beyond its upstream, best ${show(percentile(overheads, 0))} (aim: at most 1.5)`,
		);
};

const runCalls = async (api: ApiClient, upstream: LoopbackServer, call: string, calls: number): Promise<void> => {
	const run = await api.run({
		agent: "verb-caller",
		program: `export default async (input, env) => { for (let i = 0; i < ${calls}; i += 1) await ${call}; };`,
		language: "javascript",
		input: { url: `${upstream.origin}/fetched` },
		files: { "/workspace/input/a.txt": { text: "hello" } },
	});
	if (run.status !== "succeeded")
		throw new Error(`Measuring ${call}: the run ended ${run.status} ${JSON.stringify(run.error)}, wanted succeeded`);
};

const fetchBare = async (upstream: LoopbackServer, { path, body }: { path: string; body?: string }): Promise<void> => {
	const init = body === undefined ? {} : { method: "POST", body };
	for (let at = 0; at < CALLS; at += 1) await (await fetch(`${upstream.origin}${path}`, init)).text();
};

const makeCaller = async (api: ApiClient, { host, origin }: LoopbackServer): Promise<void> => {
	await api.expect(200, Secret, "PUT", "/v1/secrets/signing", { value: "0123456789abcdef0123456789abcdef" });
	await api.expect(200, Model, "PUT", "/v1/models/fast", {
		routes: [
			{
				provider: "openai-compatible",
				model: "m",
				secret: "signing",
				baseUrl: `${origin}/v1`,
				usdMicrosPerMillionInput: 0,
				usdMicrosPerMillionOutput: 0,
			},
		],
	});
	const parameters = [{ name: "id", in: "path", required: true, schema: { type: "integer" } }];
	await api.expect(200, ToolServer, "PUT", "/v1/tools/people", {
		kind: "openapi",
		url: origin,
		document: { openapi: "3.1.0", paths: { "/people/{id}": { get: { operationId: "getPerson", parameters } } } },
	});
	const grants = {
		files: { verb: "files", mounts: { "/workspace/input": "read" } },
		memory: { verb: "state" },
		signer: { verb: "crypto.sign", secret: "signing", algorithm: "hmac-sha256" },
		web: { verb: "http.fetch", allow: [{ host, scheme: "http" }] },
		llm: { verb: "ai.complete", models: ["fast"] },
		numbers: { verb: "sql.query", dataset: "numbers", mode: "read" },
		people: { verb: "tool.call", server: "people", tools: ["getPerson"] },
	};
	await api.expect(201, Agent, "POST", "/v1/agents", { name: "verb-caller", policy: { grants } });
};
