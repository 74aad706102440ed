import { createServer } from "node:http";
import type { z } from "zod";
import type { ApiClient, CreateRunInput } from "../../scripts/support/api-client.ts";
import { Replay, type ReplayRun } from "../../contract/replays.ts";
import { Call, type Run } from "../../contract/runs.ts";
import { NewKey } from "../../contract/tenants.ts";
import { allPages, errorOf, makeAgent, type Platform, startPlatform } from "./start-platform.ts";

/** A platform with an agent `clerk`, and an upstream that answers nothing twice alike. */
export interface ReplaySetting {
	readonly platform: Platform;
	/** Of the upstream. */
	readonly origin: string;
	readonly grants: Readonly<Record<string, object>>;
	/** What arrived at the upstream. */
	readonly seen: readonly { method: string; url: string; body: string }[];
	/** Bodies of what was posted there. */
	posted(): string[];
	run(program: string, rest?: Partial<CreateRunInput>): Promise<Run>;
	replay(id: string, body?: z.input<typeof ReplayRun>): Promise<Replay>;
	/** Posts what is to be refused. */
	refused(path: string, body: unknown, api?: ApiClient): Promise<{ status: number; code: string; message: string }>;
	callsOf(id: string): Promise<Call[]>;
	keyWith(scopes: readonly string[]): Promise<ApiClient>;
	stop(): Promise<void>;
}

/** Starts it. The upstream answers its count as JSON; `/big` much more, `/slow` after 150 ms, `/silent` never. */
export const startReplaySetting = async (): Promise<ReplaySetting> => {
	const seen: { method: string; url: string; body: string }[] = [];
	const upstream = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request) body += String(chunk);
		seen.push({ method: request.method ?? "", url: request.url ?? "", body });
		if (request.url === "/silent") return;
		if (request.url === "/slow") await new Promise((resolve) => setTimeout(resolve, 150));
		const big = request.url === "/big" ? "x".repeat(400_000) : "";
		response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ count: seen.length, big }));
	});
	// A connection that is closed for its idleness may be one that is just used again.
	upstream.keepAliveTimeout = 0;
	await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
	const address = upstream.address();
	const host = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
	const platform = await startPlatform([host]);
	const { api } = platform;
	const grants = {
		web: { verb: "http.fetch", allow: [{ host, scheme: "http", methods: ["GET", "POST"] }] },
		state: { verb: "state", labels: [] },
		files: { verb: "files", mounts: { "/workspace/input": "write", "/workspace/output": "write" } },
	};
	await makeAgent(api, { name: "clerk", policy: { grants, limits: { calls: 40 } } });
	return {
		platform,
		origin: `http://${host}`,
		grants,
		seen,
		posted: () => seen.filter(({ method }) => method === "POST").map(({ body }) => body),
		run: (program, rest = {}) => api.run({ agent: "clerk", program, ...rest }),
		replay: (id, body = {}) => api.expect(200, Replay, "POST", `/v1/runs/${id}/replay`, body),
		refused: async (path, body, asker = api) => {
			const answer = await asker.request("POST", path, body);
			return { ...errorOf(answer), status: answer.status };
		},
		callsOf: (id) => allPages(api, `/v1/runs/${id}/calls`, Call, 100),
		keyWith: async (scopes) =>
			platform.as((await api.expect(201, NewKey, "POST", "/v1/keys", { name: scopes.join("-").replaceAll(":", "-"), scopes })).value),
		stop: async () => {
			await platform.stop();
			upstream.closeAllConnections();
			upstream.close();
		},
	};
};
