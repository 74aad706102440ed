import type { WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";
import { type EngineParts, engineIsolateCode } from "./engine-isolate-code.ts";

/** What an engine's isolate answers (worker/engine/engine-entrypoint). Texts are JSON of worker/engine/engine-protocol. */
declare class EngineEntrypoint extends WorkerEntrypoint {
	load(image: ReadableStream<Uint8Array>, bytes: number): Promise<string>;
	loaded(): Promise<boolean>;
	query(text: string): Promise<string>;
	write(text: string): Promise<string>;
	draft(): Promise<{ bytes: number; image: ReadableStream<Uint8Array> } | null>;
	importData(optionsText: string, source: ReadableStream<Uint8Array>): Promise<string>;
	/** Ends the isolate with all that it holds. Rejects: nobody is left to answer. */
	end(): Promise<void>;
}
export type EngineStub = Pick<EngineEntrypoint, "load" | "loaded" | "query" | "write" | "draft" | "importData" | "end">;

/** The engine's entrypoint with an end of its own: an isolate that is left alone keeps its garbage, and a dataset is much of it. */
const HOST = `import { abortIsolate } from "cloudflare:workers";
import Engine from "engine.js";
export default class extends Engine {
	async end() { abortIsolate("the engine is done"); }
}
`;

/** Makes engines. Whoever holds this holds the loader: never an isolate of a program. */
export interface EngineLoader {
	/** The engine of a name, made when there is none. */
	named(name: string): EngineStub;
	/** An engine of its own, gone when nobody holds it any more. */
	fresh(): Promise<EngineStub>;
}

/** Ends an engine's isolate now, wherever it is in its work. */
export const endEngine = async (engine: EngineStub): Promise<void> => {
	await engine.end().catch(() => {});
};

/** What kind of answer a text of an engine is; empty when it is none. */
export const kindOf = (text: string): string => Kind.safeParse(JSON.parse(text)).data?.kind ?? "";
const Kind = z.looseObject({ kind: z.string() });

/** @param parts read when the first engine is made */
export const engineLoader = (loader: WorkerLoader, parts: () => Promise<EngineParts>): EngineLoader => {
	const code = async () => {
		const engine = engineIsolateCode(await parts(), LIMITS.importCpuMs);
		return { ...engine, mainModule: "host.js", modules: { ...engine.modules, "host.js": { js: HOST } } };
	};
	return {
		named: (name) => loader.get(name, code).getEntrypoint<EngineEntrypoint>(),
		fresh: async () => loader.load(await code()).getEntrypoint<EngineEntrypoint>(),
	};
};
