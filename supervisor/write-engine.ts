import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildEngine } from "./build-engine.ts";
import { repositoryRoot } from "./repository-root.ts";

const FOLDER = join(repositoryRoot, ".build/engine");

/** Writes the engine's modules where the Worker imports them as text (worker/executor/engine-parts): Wasm as base64, since a Worker cannot import its bytes. */
export const writeEngine = async (): Promise<void> => {
	const { js, xlsx, wasm } = await buildEngine();
	await mkdir(FOLDER, { recursive: true });
	await writeAtOnce("engine.js", js);
	await writeAtOnce("xlsx.js", xlsx);
	await writeAtOnce("sqlite-wasm.js", Buffer.from(wasm).toString("base64"));
};

/** Others may build or read side by side: each sees the whole file or the one before. */
const writeAtOnce = async (file: string, text: string): Promise<void> => {
	const draft = join(FOLDER, `.${file}-${process.pid}-${crypto.randomUUID()}`);
	await writeFile(draft, text);
	await rename(draft, join(FOLDER, file));
};
