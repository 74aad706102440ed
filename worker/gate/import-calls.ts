import { LIMITS } from "../../contract/limits.ts";
import { writeBlob } from "../blobs/write-blob.ts";
import type { Env } from "../env.ts";
import { type ImportAuthority, readImportToken } from "./import-token.ts";

/** Places that an image was sent to, so that none is written twice: what a process sends late must not replace what was taken. */
const taken = new Set<string>();
/** More than can be under way; a token's time is long over when its place is forgotten. */
const TAKEN_PLACES = 10_000;

/** What an import asks of the gate: the data it reads, the image it adds to, and one place for what it made. */
export const serveImport = async (env: Env, token: string, request: Request, path: string): Promise<Response> => {
	const authority = readImportToken(env, token, Date.now());
	if (authority === null) return new Response(null, { status: 401 });
	switch (`${request.method} ${path}`) {
		case "GET /import/source":
			return await sendBlob(env, authority.sourceKey);
		case "GET /import/base":
			return authority.baseKey === null ? new Response(null, { status: 404 }) : await sendBlob(env, authority.baseKey);
		case "PUT /import/image":
			return await takeImage(env, authority, request);
		default:
			return new Response(null, { status: 404 });
	}
};

/** A blob's bytes as they come from the store. */
export const sendBlob = async (env: Env, key: string): Promise<Response> => {
	const blob = await env.BLOBS.get(key);
	return blob === null
		? new Response(null, { status: 404 })
		: new Response(blob.body, { headers: { "content-length": String(blob.size) } });
};

const takeImage = async (env: Env, { targetKey }: ImportAuthority, request: Request): Promise<Response> => {
	if (request.body === null || taken.has(targetKey)) return new Response(null, { status: 409 });
	const [oldest] = taken;
	if (taken.size >= TAKEN_PLACES && oldest !== undefined) taken.delete(oldest);
	taken.add(targetKey);
	const written = await writeBlob(env.BLOBS, targetKey, request.body, { type: IMAGE_TYPE, mostBytes: LIMITS.datasetBytes });
	return new Response(null, { status: written.kind === "written" ? 204 : 413 });
};

/** Media type of a SQLite database (IANA). */
export const IMAGE_TYPE = "application/vnd.sqlite3";
