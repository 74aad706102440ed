import { WorkerEntrypoint } from "cloudflare:workers";
import wasm from "sqlite.wasm";
import { LIMITS } from "../../contract/limits.ts";
import { Engine } from "./engine.ts";
import { EngineImport, EngineQuery } from "./engine-protocol.ts";
import { importData } from "./import-data.ts";
import { readImage } from "./read-image.ts";
import { refuse } from "./run-statement.ts";

/** The isolate's one dataset. */
const engine = new Engine(wasm);
/** While an import waits for its source nothing else may use SQLite: its build has one authorizer and one progress handler for all connections. */
let importing = false;

/** What the engine's isolate answers. Texts are JSON of engine-protocol. Only the host calls this; a program's isolate never holds it. */
export default class EngineEntrypoint extends WorkerEntrypoint {
	/** Takes a SQLite image in, replacing what was loaded. @returns text of `{ kind: "loaded", bytes }` or of a refusal */
	async load(image: ReadableStream<Uint8Array>, bytes: number): Promise<string> {
		const read = await readImage(image, bytes);
		if (read.kind === "refused") return JSON.stringify(read);
		if (importing) return JSON.stringify(busy());
		engine.replaceImage(read.file);
		return JSON.stringify({ kind: "loaded", bytes: read.file.size });
	}

	async loaded(): Promise<boolean> {
		return engine.image !== null;
	}

	/** @param text of an EngineQuery. @returns text of an EngineAnswer */
	async query(text: string): Promise<string> {
		const query = parse(EngineQuery, text);
		return JSON.stringify(query === null ? unreadable() : importing ? busy() : await engine.query(query));
	}

	/** The same, on the draft. */
	async write(text: string): Promise<string> {
		const query = parse(EngineQuery, text);
		return JSON.stringify(query === null ? unreadable() : importing ? busy() : await engine.write(query));
	}

	/** The draft's image; null when nothing was written or imported. It must be read before anything else is written. */
	async draft(): Promise<{ bytes: number; image: ReadableStream<Uint8Array> } | null> {
		const { draft } = engine;
		return draft === null ? null : { bytes: draft.size, image: draft.stream() };
	}

	/** The draft becomes the dataset. @returns whether there was one */
	async commit(): Promise<boolean> {
		return !importing && engine.commit();
	}

	async discard(): Promise<void> {
		if (!importing) engine.discard();
	}

	/** Makes a draft of the data that is streamed in. @param optionsText of an EngineImport. @returns text of an ImportAnswer */
	async importData(optionsText: string, source: ReadableStream<Uint8Array>): Promise<string> {
		const options = parse(EngineImport, optionsText);
		if (options === null) return JSON.stringify(unreadable());
		if (importing) return JSON.stringify(busy());
		importing = true;
		try {
			return JSON.stringify(await importData(engine, options, source));
		} finally {
			importing = false;
		}
	}
}

const busy = () => refuse("conflict", "Calling the engine: an import is under way, wanted it to end first.");
const unreadable = () =>
	refuse("invalid_arguments", "Calling the engine: the text is not what its protocol says, wanted EngineQuery or EngineImport.");

const parse = <T>(schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }, text: string): T | null => {
	if (text.length > LIMITS.bodyBytes * 2) return null;
	try {
		const parsed = schema.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
};
