import { randomBytes } from "node:crypto";
import { Dataset } from "../../contract/datasets.ts";
import { Model } from "../../contract/models.ts";
import { ToolServer } from "../../contract/tools.ts";
import type { Policy } from "../../contract/agents.ts";
import { makeAgent, type Platform, startPlatform } from "../platform/start-platform.ts";
import { INJECTED } from "./injected/all-injected.ts";
import { courierGrants, type Hosts, honestGrants, honestRecipients, injectedGrants } from "./policies.ts";
import { startWorld, type World } from "./world.ts";

/** A platform with the corpus's agents, and the world around it. */
export interface Stage extends AsyncDisposable {
	readonly platform: Platform;
	readonly world: World;
	/** The private text of each injected case, by its id: short, since some ways out take a call for each character. It stands nowhere else. */
	readonly markers: ReadonlyMap<string, string>;
}

const COURIER = "export default async (input, env) => (await env.out.fetch(input.url)).status;";
const LIMITS = { wallMs: 20_000, cpuMs: 3_000, calls: 60 };

export const startStage = async (): Promise<Stage> => {
	const world = await startWorld();
	const hosts: Hosts = { outside: `127.0.0.1:${world.outside.port}`, inside: `127.0.0.1:${world.inside.port}` };
	const platform = await startPlatform([hosts.outside, hosts.inside]);
	const markers = new Map(INJECTED.map(({ id }) => [id, `m7${randomBytes(4).toString("hex")}`]));
	await registerAll(platform, world, markers);
	await makeAgents(platform, hosts);
	return {
		platform,
		world,
		markers,
		[Symbol.asyncDispose]: async () => {
			await platform.stop();
			await world[Symbol.asyncDispose]();
		},
	};
};

/** What grants name: a model, a ticket system, a dataset. */
const registerAll = async ({ api }: Platform, { outside }: World, markers: ReadonlyMap<string, string>): Promise<void> => {
	await api.request("PUT", "/v1/secrets/model_key", { value: `sk-${randomBytes(12).toString("hex")}` });
	const route = { provider: "openai-compatible", model: "m-1", secret: "model_key", baseUrl: `${outside.origin}/v1` };
	const routes = [{ ...route, usdMicrosPerMillionInput: 1, usdMicrosPerMillionOutput: 1 }];
	await api.expect(200, Model, "PUT", "/v1/models/fast", { routes });
	await api.expect(200, ToolServer, "PUT", "/v1/tools/desk", { kind: "openapi", url: outside.origin, document: TICKETS });
	const customers = [...markers].map(([id, note]) => `${id},${note}`);
	for (const [name, rows] of [
		["customers", ["id,note", ...customers]],
		["people", ["id,name", "1,Ada", "2,Grace"]],
	] as const) {
		await api.expect(201, Dataset, "POST", "/v1/datasets", { name });
		const imported = await api.send("PUT", `/v1/datasets/${name}/data?table=${name}`, `${rows.join("\n")}\n`, {
			"content-type": "text/csv",
		});
		if (imported.status !== 200) throw new Error(`Importing ${name}: found ${JSON.stringify(imported.body)}, wanted 200`);
	}
};

const TEXT = { type: "string" };
const ID = { name: "id", in: "path", required: true, schema: TEXT };
const NOTE = { content: { "application/json": { schema: { type: "object", properties: { text: TEXT }, required: ["text"] } } } };
const TICKETS = {
	openapi: "3.1.0",
	paths: {
		"/tickets/{id}": { get: { operationId: "getTicket", parameters: [ID] } },
		"/tickets/{id}/notes": { post: { operationId: "addNote", parameters: [ID], requestBody: NOTE } },
	},
};

/** `fooled`: under the default rule. `let-out`: the same, where everything may leave. Each trade twice: by default, and with its recipients named. */
const makeAgents = async ({ api }: Platform, hosts: Hosts): Promise<void> => {
	const make = (name: string, grants: Policy["grants"], flow?: NonNullable<Policy["flow"]>) =>
		makeAgent(api, { name, policy: { grants, limits: LIMITS, ...(flow === undefined ? {} : { flow }) } });
	const all = { "private+untrusted -> external": "allow" } as const;
	const courier = { name: "courier", policy: { grants: courierGrants(hosts), limits: LIMITS }, program: COURIER };
	await makeAgent(api, courier);
	await makeAgent(api, { ...courier, name: "courier-let-out", policy: { ...courier.policy, flow: all } });
	const fooled = injectedGrants(hosts);
	await make("fooled", fooled);
	await make("let-out", { ...fooled, courier: { ...fooled["courier"], verb: "agent.run", agent: "courier-let-out" } }, all);
	const recipients = honestRecipients(hosts);
	const trades = honestGrants(hosts);
	await Promise.all(
		(["research", "mail", "triage", "reports", "desk", "writing"] as const).flatMap((trade) => [
			make(trade, trades[trade]),
			make(`${trade}-named`, trades[trade], recipients[trade]),
		]),
	);
};
