import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { PutTool } from "../../contract/tools.ts";
import { headerFault } from "../verbs/http-fetch/header-rules.ts";
import { ToolFailure } from "../verbs/tool-call/tool-failure.ts";
import type { StoredServer } from "../verbs/tool-call/tool-server.ts";
import { openWire, type Outside, type Wire } from "../verbs/tool-call/tool-wire.ts";
import { describeTool, type FoundTool } from "./describe-tool.ts";
import { listMcpTools } from "./list-mcp-tools.ts";
import { listOperations } from "./list-operations.ts";
import { type OpenApiDocument, readDocument } from "./read-document.ts";
import { checkUrl, serverUrl } from "./server-url.ts";

/** What is known of a server before its tools are read. */
export interface ServerSource {
	readonly kind: "mcp" | "openapi";
	readonly url: string | null;
	readonly document: unknown;
	readonly secret: StoredServer["secret"];
	readonly keep: readonly string[] | null;
}

/** @throws Refusal `invalid_request` when header or format cannot carry a secret */
export const sourceOf = (body: PutTool): ServerSource => {
	const header = (body.header ?? "authorization").toLowerCase();
	const format = body.format ?? "Bearer {secret}";
	const fault = headerFault(header);
	if (fault !== null) throw refused(`header: ${fault}`);
	if (!/^[\x20-\x7e]*$/.test(format) || format.split("{secret}").length !== 2)
		throw refused("format: found another text, wanted printable ASCII with {secret} in it once");
	return {
		kind: body.kind,
		url: body.url ?? null,
		document: body.document,
		secret: body.secret === undefined ? null : { name: body.secret, header, format },
		keep: body.tools ?? null,
	};
};

const refused = (why: string): Refusal => new Refusal("invalid_request", `storing a tool server: ${why}`);

/**
 * Reads a server's tools and makes what is stored of it.
 * @throws Refusal `invalid_request` for what cannot be stored, `tool_server_failed` when the server cannot be asked
 */
export const discoverTools = async (source: ServerSource, outside: Outside): Promise<StoredServer> => {
	const found = source.kind === "mcp" ? await readMcp(source, outside) : await readOpenApi(source, outside);
	const wanted = source.keep === null ? null : new Set(source.keep);
	const kept = withoutRepeats(found.tools).filter(({ name }) => wanted?.has(name) ?? true);
	const missing = [...(wanted ?? [])].find((name) => !kept.some((tool) => tool.name === name));
	if (missing !== undefined)
		throw refused(`tools: found no tool named ${JSON.stringify(missing)} on the server, wanted names of its tools`);
	if (kept.length > LIMITS.toolsPerServer)
		throw refused(`found ${kept.length} tools, wanted at most ${LIMITS.toolsPerServer}: name those to keep in tools`);
	const server: StoredServer = {
		kind: source.kind,
		url: found.url,
		secret: source.secret,
		documentUrl: found.documentUrl,
		keep: source.keep === null ? null : [...source.keep],
		left: found.tools.length - kept.length,
		stamp: crypto.randomUUID(),
		tools: await Promise.all(kept.map((tool) => describeTool(found.url, tool))),
	};
	const bytes = new TextEncoder().encode(JSON.stringify(server)).length;
	if (bytes > LIMITS.resourceBytes)
		throw refused(
			`found ${bytes} bytes of names, descriptions and schemas, wanted at most ${LIMITS.resourceBytes}: name the tools to keep in tools`,
		);
	return server;
};

interface Found {
	readonly url: string;
	readonly documentUrl: string | null;
	readonly tools: readonly FoundTool[];
}

/** The first of each name: a second one could not be told from it. */
const withoutRepeats = (tools: readonly FoundTool[]): FoundTool[] =>
	[...new Map([...tools].reverse().map((tool) => [tool.name, tool])).values()].reverse();

const readMcp = async (source: ServerSource, outside: Outside): Promise<Found> => {
	const url = checkUrl(source.url ?? "", outside.developmentHosts);
	const tools = await onWire({ url, secret: source.secret }, outside, (wire) => listMcpTools(wire, url));
	return { url, documentUrl: null, tools };
};

const readOpenApi = async (source: ServerSource, outside: Outside): Promise<Found> => {
	if (source.document !== undefined) {
		const document = readDocument(source.document);
		const url = serverUrl(document, source.url, null, outside.developmentHosts);
		return { url, documentUrl: null, tools: listOperations(document) };
	}
	const documentUrl = checkUrl(source.url ?? "", outside.developmentHosts);
	const document = await onWire({ url: documentUrl, secret: source.secret }, outside, (wire) => fetchDocument(wire, documentUrl));
	return { url: serverUrl(document, null, documentUrl, outside.developmentHosts), documentUrl, tools: listOperations(document) };
};

const fetchDocument = async (wire: Wire, url: string): Promise<OpenApiDocument> => {
	const accept = ["accept", "application/json, application/yaml;q=0.9, */*;q=0.5"] as const;
	const response = await wire.send({ method: "GET", url: new URL(url), headers: [accept], body: null });
	if (!response.ok)
		throw new ToolFailure("upstream_failed", `the tool server answered with the status ${response.status} instead of its document`);
	return readDocument(new TextDecoder().decode(await wire.read(response)));
};

const onWire = async <Value>(
	server: Pick<StoredServer, "url" | "secret">,
	outside: Outside,
	use: (wire: Wire) => Promise<Value>,
): Promise<Value> => {
	let wire: Wire | null = null;
	try {
		const bounds = {
			timeoutMs: LIMITS.toolListMs,
			responseBytes: LIMITS.toolListBytes,
			sendBytes: LIMITS.toolListPages * LIMITS.toolOverheadBytes,
		};
		wire = await openWire(server, outside, bounds);
		return await use(wire);
	} catch (failure) {
		if (!(failure instanceof ToolFailure)) throw failure;
		throw new Refusal("tool_server_failed", `reading a tool server: ${failure.toTenant}`, { details: { reason: failure.code } });
	} finally {
		wire?.close();
	}
};
