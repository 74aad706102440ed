import { LIMITS } from "../../contract/limits.ts";
import { type EngineLoader, engineLoader } from "../../worker/executor/engine-loader.ts";
import { EngineShelf } from "../../worker/executor/engine-shelf.ts";
import type { DispatcherEnv } from "./dispatcher-env.ts";

/** The process's SQL engines. All of them are one tenant's, as the process is. */
export interface Engines {
	readonly loader: EngineLoader;
	readonly shelf: EngineShelf;
}

let engines: Engines | null = null;

export const enginesOf = (env: DispatcherEnv): Engines => {
	if (engines !== null) return engines;
	const loader = engineLoader(env.LOADER, readParts);
	engines = { loader, shelf: new EngineShelf(loader, LIMITS.enginesPerProcess) };
	return engines;
};

/** The engine's modules stand beside the dispatcher as text and data (supervisor/build-dispatcher), read when the first engine is made. */
const readParts = async () => {
	const [js, xlsx, wasm] = await Promise.all([readText("engine/engine.js"), readText("engine/xlsx.js"), readData("engine/sqlite.wasm")]);
	return { js, xlsx, wasm };
};

const readText = async (specifier: string): Promise<string> => {
	const { default: text }: { default: string } = await import(specifier);
	return text;
};

const readData = async (specifier: string): Promise<ArrayBuffer> => {
	const { default: data }: { default: ArrayBuffer } = await import(specifier);
	return data;
};
