import { LIMITS } from "../../contract/limits.ts";
import { writeBlob } from "../blobs/write-blob.ts";
import type { Env } from "../env.ts";
import type { ImportPort } from "../executor/carry-out.ts";
import { IMAGE_TYPE } from "./import-calls.ts";
import { readImportToken } from "./import-token.ts";

/** What an import reaches where the Worker itself carries it to an engine, by its token as everywhere. @throws when the token is none */
export const importPortHere = (env: Env, token: string): ImportPort => {
	const authority = readImportToken(env, token, Date.now());
	if (authority === null) throw new Error("Importing data: found no good token, wanted the import's own");
	const open = async (key: string) => (await env.BLOBS.get(key))?.body ?? null;
	return {
		openSource: () => open(authority.sourceKey),
		openBase: async () => (authority.baseKey === null ? null : await open(authority.baseKey)),
		saveImage: async (image) => {
			const written = await writeBlob(env.BLOBS, authority.targetKey, image, { type: IMAGE_TYPE, mostBytes: LIMITS.datasetBytes });
			return written.kind === "written";
		},
	};
};
