import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type HostileProvider, startHostileProvider } from "../platform/hostile-provider.ts";
import { type Canary, startCanary, startUpstream, type Upstream } from "../platform/upstream.ts";
import { type McpUpstream, startMcpServer } from "../node/verbs/tool-server.ts";
import type { Upstream as Provider } from "../node/verbs/upstream.ts";
import { saying, startProvider } from "../providers/start-provider.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../platform/webhook-receiver.ts";

/** The far sides of the hostile agent's grants, on loopback, and one that nothing allows. */
export interface AttackedServers {
	/** What `web` may reach: test/platform/upstream.ts says what it answers. */
	readonly upstream: Upstream;
	/** What nobody may reach: one connection is an attack that got through. */
	readonly forbidden: Canary;
	/** The model `fast`. */
	readonly provider: Provider;
	/** The models `endless`, `stalling` and `silent`. */
	readonly hostileProvider: HostileProvider;
	readonly tool: McpUpstream;
	/** Where endpoints of webhooks may be. */
	readonly receiver: WebhookReceiver;
	/** `host:port` of those that the platform may reach. */
	readonly hosts: readonly string[];
	/** Values that the attacker's tenant seals. */
	readonly secrets: Readonly<Record<"token" | "sign_key" | "model_key" | "tool_key", string>>;
	close(): Promise<void>;
}

export const startAttackedServers = async (): Promise<AttackedServers> => {
	const [upstream, forbidden, provider, hostileProvider, receiver] = await Promise.all([
		startUpstream(),
		startCanary(),
		startProvider(saying("one ", "two ", "three")),
		startHostileProvider(),
		startWebhookReceiver(),
	]);
	const tool = await startMcpServer((server) => {
		server.registerTool("echo", { description: "Says what it is told.", inputSchema: { text: z.string() } }, ({ text }) => ({
			content: [{ type: "text", text }],
		}));
		server.registerTool("headers", { description: "Says with what it was asked." }, ({ requestInfo }) => ({
			content: [{ type: "text", text: JSON.stringify(requestInfo?.headers) }],
		}));
		server.registerTool("drop-everything", { description: "Deletes." }, () => ({ content: [{ type: "text", text: "ESCAPED" }] }));
	});
	const random = () => randomBytes(24).toString("hex");
	return {
		upstream,
		forbidden,
		provider,
		hostileProvider,
		tool,
		receiver,
		hosts: [upstream.host, `127.0.0.1:${provider.port}`, `127.0.0.1:${hostileProvider.port}`, tool.host, receiver.host],
		secrets: {
			token: `sealed-${random()}`,
			sign_key: `hex:${randomBytes(32).toString("hex")}`,
			model_key: `sk-${random()}`,
			tool_key: `tool-${random()}`,
		},
		close: async () => {
			await Promise.all([
				upstream.close(),
				forbidden.close(),
				receiver.close(),
				...[provider, hostileProvider, tool].map((server) => server[Symbol.asyncDispose]()),
			]);
		},
	};
};
