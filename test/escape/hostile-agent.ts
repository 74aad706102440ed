import { Dataset } from "../../contract/datasets.ts";
import { Model } from "../../contract/models.ts";
import { ToolServer } from "../../contract/tools.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { makeAgent } from "../platform/start-platform.ts";
import type { AttackedServers } from "./attacked-servers.ts";

const SALES = "id,customer,amount\n1,Ada,120\n2,Bob,80\n3,Cyd,45\n";
const MANNERS = ["endless", "stalling", "silent"] as const;
const CHILD = `export default async (input, env) => {
	if (input?.loop) for (;;);
	if (input?.throws) throw new Error(String(input.throws));
	if (input?.path) return await env.files.readText(input.path);
	return { child: input ?? null };
};`;

const sealSecrets = async (api: ApiClient, servers: AttackedServers): Promise<void> => {
	for (const [name, value] of Object.entries(servers.secrets)) {
		const { status } = await api.request("PUT", `/v1/secrets/${name}`, { value });
		if (status !== 200 && status !== 201) throw new Error(`Sealing ${name}: found ${status}, wanted 200 or 201`);
	}
};

const putModels = async (api: ApiClient, { provider, hostileProvider }: AttackedServers): Promise<void> => {
	const route = (origin: string, model: string) => ({
		provider: "openai-compatible",
		model,
		secret: "model_key",
		baseUrl: `${origin}/v1`,
		usdMicrosPerMillionInput: 1_000_000,
		usdMicrosPerMillionOutput: 1_000_000,
	});
	await api.expect(200, Model, "PUT", "/v1/models/fast", { routes: [route(provider.origin, "m")] });
	for (const manner of MANNERS)
		await api.expect(200, Model, "PUT", `/v1/models/${manner}`, { routes: [route(hostileProvider.origin, manner)] });
};

const putSales = async (api: ApiClient): Promise<void> => {
	await api.expect(201, Dataset, "POST", "/v1/datasets", { name: "sales" });
	const { status, body } = await api.send("PUT", "/v1/datasets/sales/data?table=orders", SALES, { "content-type": "text/csv" });
	if (status !== 200) throw new Error(`Filling the dataset sales: found ${status} ${JSON.stringify(body)}, wanted 200`);
};

/** Makes the agents `hostile`, which has one grant of each kind, and `child`, which it may start. @returns the id of the first */
export const makeHostileAgent = async (api: ApiClient, servers: AttackedServers): Promise<string> => {
	await sealSecrets(api, servers);
	await putModels(api, servers);
	await putSales(api);
	await api.expect(200, ToolServer, "PUT", "/v1/tools/tool", { kind: "mcp", url: servers.tool.url, secret: "tool_key" });
	const files = { verb: "files", mounts: { "/workspace/input": "read", "/workspace/output": "write" } };
	const limits = { wallMs: 25_000, cpuMs: 5_000, memoryMb: 128, calls: 10_000 };
	await makeAgent(api, { name: "child", policy: { grants: { files }, limits }, program: CHILD, language: "javascript" });
	const hostile = await makeAgent(api, {
		name: "hostile",
		policy: {
			grants: {
				files,
				web: {
					verb: "http.fetch",
					allow: [{ host: servers.upstream.host, scheme: "http", methods: ["GET", "POST"] }],
					inject: { header: "authorization", format: "Bearer {secret}", secret: "token" },
				},
				signer: { verb: "crypto.sign", secret: "sign_key", algorithm: "ed25519" },
				state: { verb: "state", prefix: "hostile/", mode: "write" },
				llm: { verb: "ai.complete", models: ["fast", ...MANNERS], limits: { tokens: 100_000 } },
				sales: { verb: "sql.query", dataset: "sales", mode: "read", labels: ["private"] },
				tool: { verb: "tool.call", server: "tool", tools: ["echo", "headers"] },
				ask: { verb: "human.ask", to: "the owner" },
				budget: { verb: "budget.read" },
				child: {
					verb: "agent.run",
					agent: "child",
					budget: { calls: 20, cpuMs: 1_000, wallMs: 10_000, egressBytes: 100_000, usdMicros: 20_000 },
				},
			},
			limits,
		},
	});
	return hostile.id;
};
