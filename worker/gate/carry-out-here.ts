import type { Env } from "../env.ts";
import { carryOutWork } from "../executor/carry-out.ts";
import { type EngineLoader, engineLoader } from "../executor/engine-loader.ts";
import { EngineShelf } from "../executor/engine-shelf.ts";
import type { EngineWork } from "../executor/protocol.ts";
import { readEngineParts } from "../executor/engine-parts.ts";
import type { Authority } from "./attempt-token.ts";
import { saveImage } from "./engine-calls.ts";
import { findEngineCall, finishEngineWork } from "./engine-work.ts";

interface Engines {
	readonly loader: EngineLoader;
	readonly shelf: EngineShelf;
}

let engines: Engines | null = null;

/** Idle isolates are the platform's to end. */
const enginesOf = (loader: WorkerLoader): Engines => {
	if (engines !== null) return engines;
	const made = engineLoader(loader, readEngineParts);
	engines = { loader: made, shelf: new EngineShelf(made, null) };
	return engines;
};

/** On Cloudflare the Worker itself carries a call to an engine, in an isolate of Worker Loader. @returns text of a GateAnswer */
export const carryOutHere = async (env: Env, authority: Authority, work: EngineWork): Promise<string> => {
	const { callId } = work;
	const finish = (answer: string): Promise<string> => finishEngineWork(env, authority, callId, answer);
	if (env.LOADER === undefined) return await finish("");
	const { loader, shelf } = enginesOf(env.LOADER);
	const owner = `${authority.runId}/${authority.attempt}`;
	return await carryOutWork(loader, shelf, work, owner, {
		openImage: async () => {
			const open = findEngineCall(authority, callId);
			return open === null ? null : ((await env.BLOBS.get(open.dataset.key))?.body ?? null);
		},
		saveImage: async (image) => {
			const open = findEngineCall(authority, callId);
			return open !== null && (await saveImage(env, open, image));
		},
		finish,
	});
};
