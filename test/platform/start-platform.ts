import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { Agent, type CreateAgent } from "../../contract/agents.ts";
import { ErrorBody } from "../../contract/common.ts";
import { NewTenant } from "../../contract/tenants.ts";
import { type Answer, type ApiClient, createApiClient, type RawBody } from "../../scripts/support/api-client.ts";
import { NO_STORES, type Stores } from "../../supervisor/read-stores.ts";
import type { Cordon } from "../../supervisor/start-cordon.ts";
import { Canaries } from "./canaries.ts";

/** A running platform as one test file has it. */
export interface Platform {
	readonly cordon: Pick<Cordon, "url" | "key" | "adminToken" | "dataFolder">;
	/** The first tenant's client. */
	readonly api: ApiClient;
	/** Every secret that the clients seal: none of them may be seen again. */
	readonly canaries: Canaries;
	/** The operator's client. */
	readonly operator: ApiClient;
	/** A client with another key. */
	as(key: string): ApiClient;
	/** A tenant of its own, with its client. */
	tenant(name: string): Promise<{ id: string; api: ApiClient; key: string }>;
	stop(): Promise<void>;
}

/** Starts Cordon on a data folder of its own. @param developmentHosts `host:port` pairs on loopback that http.fetch may reach. @param stores as CORDON_STORES */
export const startPlatform = async (developmentHosts: readonly string[] = [], stores: Stores = NO_STORES): Promise<Platform> => {
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-platform-"));
	// Read here: who only talks to a platform that runs elsewhere does without a second of reading.
	const { startCordon } = await import("../../supervisor/start-cordon.ts");
	const cordon = await startCordon({
		port: 0,
		host: "127.0.0.1",
		dataFolder,
		executors: 4,
		developmentHosts: [...developmentHosts],
		stores,
	});
	const canaries = new Canaries();
	return platformAt(cordon, canaries, async () => {
		await cordon.stop();
		await canaries.checkFolder(dataFolder);
		await rm(dataFolder, { recursive: true, force: true });
	});
};

/** Clients of a platform that runs. @param stop as the platform's */
export const platformAt = (cordon: Platform["cordon"], canaries: Canaries, stop: () => Promise<void>): Platform => {
	const as = (key: string): ApiClient => canaries.watch(createApiClient(cordon.url, key));
	const operator = as(cordon.adminToken);
	return {
		cordon,
		canaries,
		operator,
		as,
		api: as(cordon.key),
		tenant: async (name) => {
			const tenant = await operator.expect(201, NewTenant, "POST", "/v1/tenants", { name });
			return { id: tenant.id, api: as(tenant.key.value), key: tenant.key.value };
		},
		stop,
	};
};

/** Makes an agent. */
export const makeAgent = (api: ApiClient, agent: z.input<typeof CreateAgent>): Promise<Agent> =>
	api.expect(201, Agent, "POST", "/v1/agents", agent);

/** The error of a refusal. @throws when the answer is none. */
export const errorOf = (answer: Answer): z.infer<typeof ErrorBody>["error"] => ErrorBody.parse(answer.body).error;

/** A body as it is, said to be JSON. */
export const sendRaw = (platform: Platform, path: string, body: RawBody, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
	platform.api.send("POST", path, body, { "content-type": "application/json", ...headers });

/** How long what is sure to come may take: as long as a busy machine needs, and less than a test may. */
const PATIENCE_MS = 45_000;

/** Asks until the answer fits, at most for a time, and gives the last answer. */
export const pollUntil = async <T>(ask: () => Promise<T>, fits: (answer: T) => boolean, timeoutMs = PATIENCE_MS): Promise<T> => {
	const endAtMs = Date.now() + timeoutMs;
	for (;;) {
		const answer = await ask();
		if (fits(answer) || Date.now() >= endAtMs) return answer;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
};

/** All items of a list, page by page. @throws when a page is larger than asked for, or the cursors do not end. */
export const allPages = async <Item extends z.ZodType>(
	api: ApiClient,
	path: string,
	item: Item,
	limit: number,
): Promise<z.output<Item>[]> => {
	const page = z.strictObject({ data: z.array(item).max(limit), nextCursor: z.string().nullable() });
	const items: z.output<Item>[] = [];
	let cursor: string | null = null;
	for (let pages = 0; pages < 200; pages += 1) {
		const query: string = `${path.includes("?") ? "&" : "?"}limit=${limit}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
		const read: z.output<typeof page> = await api.expect(200, page, "GET", `${path}${query}`);
		items.push(...read.data);
		if (read.nextCursor === null) return items;
		cursor = read.nextCursor;
	}
	throw new Error(`Reading ${path} page by page: 200 pages and no end, wanted nextCursor null at the end`);
};
