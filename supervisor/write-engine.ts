import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuiltEngine, buildEngine } from "./build-engine.ts";
import { repositoryRoot } from "./repository-root.ts";
import { writeAtOnce } from "./write-at-once.ts";

const FOLDER = join(repositoryRoot, ".build/engine");

/** Writes the engine's modules where the Worker imports them as text (worker/executor/engine-parts): Wasm as base64, since a Worker cannot import its bytes. */
export const writeEngine = async (): Promise<void> => {
	const { js, xlsx, wasm } = await buildEngine();
	await mkdir(FOLDER, { recursive: true });
	await writeAtOnce(FOLDER, "engine.js", js);
	await writeAtOnce(FOLDER, "xlsx.js", xlsx);
	await writeAtOnce(FOLDER, "sqlite-wasm.js", Buffer.from(wasm).toString("base64"));
};

/** The engine that writeEngine wrote. @throws Error when it wrote none */
export const readEngine = async (): Promise<BuiltEngine> => {
	const textOf = (file: string): Promise<string> => readFile(join(FOLDER, file), "utf8");
	const [js, xlsx, wasm] = await Promise.all([textOf("engine.js"), textOf("xlsx.js"), textOf("sqlite-wasm.js")]);
	return { js, xlsx, wasm: new Uint8Array(Buffer.from(wasm, "base64")) };
};
