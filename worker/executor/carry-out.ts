import { type EngineRefusal, ImportAnswer, type ImportedTable } from "../engine/engine-protocol.ts";
import { describeTables } from "./describe-tables.ts";
import { type EngineLoader, type EngineStub, endEngine, kindOf } from "./engine-loader.ts";
import type { EngineShelf } from "./engine-shelf.ts";
import type { EngineWork, ImportJob } from "./protocol.ts";

/** The gate, as whoever carries work to an engine reaches it for one call. */
export interface CallPort {
	/** The dataset's image; null when it is gone. */
	openImage(): Promise<ReadableStream<Uint8Array> | null>;
	/** Keeps a changed image for `finish`. False when it was not taken. */
	saveImage(image: ReadableStream<Uint8Array>, bytes: number): Promise<boolean>;
	/** @param answer text of an EngineAnswer; after a write a second line, the tables as JSON. @returns text of a GateAnswer */
	finish(answer: string): Promise<string>;
}

/** The gate, as it is reached for one import. */
export interface ImportPort {
	openSource(): Promise<ReadableStream<Uint8Array> | null>;
	openBase(): Promise<ReadableStream<Uint8Array> | null>;
	saveImage(image: ReadableStream<Uint8Array>, bytes: number): Promise<boolean>;
}

const refused = (message: string): string => {
	const refusal: EngineRefusal = { kind: "refused", code: "conflict", message };
	return JSON.stringify(refusal);
};

const GONE = refused("Running SQL: the dataset's content was replaced or removed meanwhile, wanted it to be there; ask again.");
const BROKEN = refused("Running SQL: the engine ended under the statement, wanted it to answer; ask again, or for less.");

/**
 * Asks an engine and brings its answer to the gate. Reads share the engine that stands ready; a write has an engine of its own, which nobody else can
 * see and which is gone afterwards, so that no change is ever seen before it is saved.
 * @param owner who waits together: the attempt. @returns text of a GateAnswer
 */
export const carryOutWork = async (
	loader: EngineLoader,
	shelf: EngineShelf,
	work: EngineWork,
	owner: string,
	port: CallPort,
): Promise<string> => {
	const image = { ...work.image, open: () => port.openImage() };
	if (work.writes) return await port.finish(await inFreshEngine(loader, (engine) => write(engine, work, port)).catch(() => BROKEN));
	const answer = await shelf.use(image, owner, (engine) => engine.query(work.query)).catch(() => BROKEN);
	return await port.finish(answer ?? GONE);
};

/** What the work holds is gone when it is done. */
const inFreshEngine = async (loader: EngineLoader, work: (engine: EngineStub) => Promise<string>): Promise<string> => {
	const engine = await loader.fresh();
	try {
		return await work(engine);
	} finally {
		await endEngine(engine);
	}
};

const write = async (engine: EngineStub, work: EngineWork, port: CallPort): Promise<string> => {
	const image = await port.openImage();
	if (image === null) return GONE;
	const loaded = await engine.load(image, work.image.bytes);
	if (kindOf(loaded) !== "loaded") return loaded;
	const answer = await engine.write(work.query);
	if (kindOf(answer) !== "rows") return answer;
	const tables = await describeTables(engine);
	const draft = await engine.draft();
	if (draft === null || !(await port.saveImage(draft.image, draft.bytes))) return BROKEN;
	return `${answer}\n${JSON.stringify(tables)}`;
};

/** Makes an image in an engine of its own and brings it to the gate. @returns text of an ImportAnswer */
export const carryOutImport = (loader: EngineLoader, job: ImportJob, port: ImportPort): Promise<string> =>
	inFreshEngine(loader, (engine) => importInto(engine, job, port));

const importInto = async (engine: EngineStub, job: ImportJob, port: ImportPort): Promise<string> => {
	if (job.baseBytes !== null) {
		const base = await port.openBase();
		if (base === null) return GONE;
		const loaded = await engine.load(base, job.baseBytes);
		if (kindOf(loaded) !== "loaded") return loaded;
	}
	const source = await port.openSource();
	if (source === null) return GONE;
	const answer = await engine.importData(job.options, source);
	if (kindOf(answer) !== "imported") return answer;
	const tables = job.baseBytes === null ? [] : await describeTables(engine);
	const draft = await engine.draft();
	if (draft === null || !(await port.saveImage(draft.image, draft.bytes)))
		return refused("Importing data: the database was not taken, wanted it kept.");
	if (job.baseBytes === null) return answer;
	const made = ImportAnswer.parse(JSON.parse(answer));
	return JSON.stringify(made.kind === "imported" ? { ...made, tables: withTypes(tables, made.tables) } : made);
};

/** Of the tables that there are after an import, those that it made have types. */
const withTypes = (tables: readonly ImportedTable[], made: readonly ImportedTable[]): readonly ImportedTable[] => {
	const byName = new Map(made.map((table) => [table.name, table]));
	return tables.map((table) => byName.get(table.name) ?? table);
};
