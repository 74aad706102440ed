import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { ToolServer, ToolServerSummary } from "../../contract/tools.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import { wayOut } from "../egress/way-out.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { dropResource, putResource } from "../resources/put-resource.ts";
import { findResource, type ResourceRow, selectResources } from "../resources/resource-store.ts";
import { openSecret } from "../secrets/open-secret.ts";
import { StoredServer } from "../verbs/tool-call/tool-server.ts";
import type { Outside } from "../verbs/tool-call/tool-wire.ts";
import { discoverTools, sourceOf } from "./discover-tools.ts";

/** Rows read at once for a list: each may hold LIMITS.resourceBytes, of which a few words are shown. */
const ROWS_AT_ONCE = 8;

export const toolHandlers: Handlers<"putTool" | "listTools" | "getTool" | "deleteTool" | "refreshTool"> = {
	async putTool({ env, caller, params, body }) {
		const server = await discoverTools(sourceOf(body), outsideOf(env, caller.tenantId));
		return { status: 200, body: await storeServer(env, caller.tenantId, params.name, server, null) };
	},

	async listTools({ env, caller, query }) {
		const items: ToolServerSummary[] = [];
		const ids: { id: string }[] = [];
		let after = readCursor(query.cursor);
		while (items.length <= query.limit) {
			const rows: ResourceRow[] = await selectResources(env, caller.tenantId, "tool", after, ROWS_AT_ONCE);
			for (const row of rows) [items.push(summaryOf(row)), ids.push({ id: row.id })];
			after = rows.at(-1)?.id ?? null;
			if (rows.length < ROWS_AT_ONCE) break;
		}
		return { status: 200, body: { ...pageFrom(ids, query.limit), data: items.slice(0, query.limit) } };
	},

	async getTool({ env, caller, params }) {
		return { status: 200, body: serverOf(await findServer(env, caller.tenantId, params.name, "reading")) };
	},

	async deleteTool({ env, caller, params }) {
		const removed = await dropResource(env, caller.tenantId, "tool", params.name);
		if (removed === null) throw notFound(params.name, "deleting");
		return { status: 200, body: summaryOf(removed) };
	},

	async refreshTool({ env, caller, params }) {
		const row = await findServer(env, caller.tenantId, params.name, "refreshing");
		const { kind, url, documentUrl, secret, keep } = StoredServer.parse(JSON.parse(row.description));
		if (kind === "openapi" && documentUrl === null) {
			const message = "refreshing a tool server: found a document that was given by hand, wanted one with a URL to read it from again";
			throw new Refusal("conflict", message, { hint: "Store it again with its new document." });
		}
		const source = { kind, url: documentUrl ?? url, document: undefined, secret, keep };
		const server = await discoverTools(source, outsideOf(env, caller.tenantId));
		return { status: 200, body: await storeServer(env, caller.tenantId, params.name, server, row.version) };
	},
};

/** @param previous the version that was read; null: whatever is there now. @throws Refusal `conflict` when another write came between */
const storeServer = async (
	env: Env,
	tenantId: string,
	name: string,
	server: StoredServer,
	previous: number | null,
): Promise<ToolServer> => {
	const resource = { tenantId, kind: "tool", name, description: server, previous } as const;
	return serverOf(await putResource(env, resource, { action: "storing a tool server", several: "tool servers" }));
};

const findServer = async (env: Env, tenantId: string, name: string, doing: string): Promise<ResourceRow> => {
	const row = await findResource(env, tenantId, "tool", name);
	if (row === null) throw notFound(name, doing);
	return row;
};

const notFound = (name: string, doing: string): Refusal =>
	new Refusal("not_found", `${doing} a tool server: found none named ${name}, wanted a tool server of the tenant`);

const summaryOf = (row: ResourceRow): ToolServerSummary => {
	const { kind, url, secret, tools } = StoredServer.parse(JSON.parse(row.description));
	const { name, version, createdAtMs, updatedAtMs } = row;
	return { name, kind, url, secret: secret?.name ?? null, version, toolCount: tools.length, createdAtMs, updatedAtMs };
};

const serverOf = (row: ResourceRow): ToolServer => {
	const { secret, documentUrl, left, tools } = StoredServer.parse(JSON.parse(row.description));
	return {
		...summaryOf(row),
		header: secret?.header ?? null,
		format: secret?.format ?? null,
		documentUrl,
		left,
		tools: tools.map(({ name, description, inputSchema, digest, unusable }) => ({
			name,
			description,
			inputSchema: jsonOf(inputSchema),
			digest,
			unusable,
		})),
	};
};

const jsonOf = (schema: unknown): ToolServer["tools"][number]["inputSchema"] => JSON.parse(JSON.stringify(schema ?? {}));

/** The same way out as a call's (gate/perform-call). */
const outsideOf = (env: Env, tenantId: string): Outside => ({
	openSecret: (name) => openSecret(env, tenantId, name),
	...wayOut(env),
	signal: AbortSignal.timeout(LIMITS.toolListMs),
});
