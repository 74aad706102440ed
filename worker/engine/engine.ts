import type { SqliteModule } from "@journeyapps/wa-sqlite/dist/wa-sqlite.mjs";
import { LIMITS } from "../../contract/limits.ts";
import { encodeValue } from "../../contract/tagged-json.ts";
import { aggregateSql } from "./aggregate-sql.ts";
import { type Denied, unknownTable } from "./authorize.ts";
import { SqliteError } from "./connection.ts";
import type { EngineAnswer, EngineQuery } from "./engine-protocol.ts";
import { MemoryVfs } from "./memory-vfs.ts";
import { type OpenAccess, openAccess } from "./open-access.ts";
import { PagedFile } from "./paged-file.ts";
import { refuse, runStatement } from "./run-statement.ts";
import { RESULT } from "./sqlite-codes.ts";
import { instantiateSqlite } from "./sqlite-module.ts";

interface Instance {
	readonly module: SqliteModule;
	readonly vfs: MemoryVfs;
}

/**
 * One dataset and the SQLite that reads it. The image lives outside the Wasm memory, so that an instance which a statement broke (its stack ran over,
 * its memory ended) is thrown away and the next statement gets a new one. Synchronous while a statement runs: one at a time.
 */
export class Engine {
	readonly #wasm: WebAssembly.Module;
	#instance: Instance | null = null;
	/** The connection of the last access and file; most queries of a run come with the same. */
	#open: { readonly key: string; readonly file: PagedFile; readonly access: OpenAccess } | null = null;
	#image: PagedFile | null = null;
	#draft: PagedFile | null = null;

	constructor(wasm: WebAssembly.Module) {
		this.#wasm = wasm;
	}

	get image(): PagedFile | null {
		return this.#image;
	}

	get draft(): PagedFile | null {
		return this.#draft;
	}

	/** Replaces the dataset, and the draft if there is one. */
	replaceImage(image: PagedFile): void {
		this.#close();
		this.#image = image;
		this.#draft = null;
	}

	/** Sets what an import made, as the draft to be fetched, committed or discarded. */
	replaceDraft(draft: PagedFile): void {
		this.#close();
		this.#draft = draft;
	}

	/** The draft becomes the dataset. @returns whether there was one */
	commit(): boolean {
		if (this.#draft === null) return false;
		this.replaceImage(this.#draft);
		return true;
	}

	discard(): void {
		this.#close();
		this.#draft = null;
	}

	/** Reads: from the draft if there is one, so that a program sees what it wrote. */
	async query(query: EngineQuery): Promise<EngineAnswer> {
		const file = this.#draft ?? this.#image;
		if (file === null) return refuse("conflict", "Running SQL: no dataset is loaded, wanted one.");
		return this.#run(await this.#started(), file, "read", { ...query, access: { ...query.access, write: false } });
	}

	/** Writes to the draft, which is made when there is none. A statement that fails changes nothing. */
	async write(query: EngineQuery): Promise<EngineAnswer> {
		const instance = await this.#started();
		if (this.#image === null && this.#draft === null) return refuse("conflict", "Running SQL: no dataset is loaded, wanted one.");
		if (!query.access.write) return refuse("sql_denied", "Running SQL: the grant reads only, wanted a statement that reads.");
		const before = this.#draft;
		const draft = before ?? this.#image?.fork() ?? new PagedFile();
		const saved = draft.snapshot();
		const answer = this.#run(instance, draft, "draft", query);
		if (answer.kind === "rows") {
			this.#draft = draft;
			return answer;
		}
		this.#close();
		this.#draft = before === null ? null : saved;
		return answer;
	}

	/** The instance, made if there is none; imports use it with a file of their own. */
	async borrow(): Promise<Instance> {
		this.#close();
		return await this.#started();
	}

	/** Throws the instance away: something that is not an error of SQLite came out of it. */
	abandon(): void {
		this.#open = null;
		this.#instance = null;
	}

	async #started(): Promise<Instance> {
		if (this.#instance !== null) return this.#instance;
		const module = await instantiateSqlite(this.#wasm);
		const vfs = new MemoryVfs(module);
		const rc = module.vfs_register(vfs, true);
		if (rc !== RESULT.ok) throw new Error(`Starting SQLite: its file system gave ${rc}, wanted 0.`);
		this.#instance = { module, vfs };
		return this.#instance;
	}

	#run(instance: Instance, file: PagedFile, mode: "read" | "draft", query: EngineQuery): EngineAnswer {
		const statement = statementOf(query);
		if (statement.kind === "refused") return statement;
		instance.vfs.full = null;
		let access: OpenAccess | null = null;
		try {
			const opened = this.#access(instance, file, mode, query);
			if (opened.kind === "invalid")
				return refuse(
					"sql_denied",
					`Opening the dataset: ${opened.message.slice(0, LIMITS.errorMessageChars / 2)}; whoever wrote the policy must mend it.`,
				);
			access = opened.access;
			access.takeDenied();
			const answer = runStatement(access, statement.sql, statement.params, query.limits, mode === "draft");
			const denied = access.takeDenied();
			return answer.kind === "refused" && denied !== null ? this.#deny(denied, access) : answer;
		} catch (error) {
			if (error instanceof SqliteError) return this.#explain(error, access, instance);
			this.abandon();
			return refuse(
				"sql_limit_exceeded",
				"Running SQL: the statement is nested too deeply or needs too much memory, wanted a smaller one.",
			);
		}
	}

	#access(instance: Instance, file: PagedFile, mode: "read" | "draft", query: EngineQuery): ReturnType<typeof openAccess> {
		const key = mode + JSON.stringify(query.access);
		if (this.#open !== null && this.#open.key === key && this.#open.file === file) return { kind: "open", access: this.#open.access };
		this.#close();
		instance.vfs.mount(file, mode);
		const opened = openAccess(instance.module, query.access);
		if (opened.kind === "open") this.#open = { key, file, access: opened.access };
		return opened;
	}

	#explain(error: SqliteError, access: OpenAccess | null, instance: Instance): EngineAnswer {
		const denied = access?.takeDenied() ?? (access === null ? null : deniedBy(error.message, access));
		const full = instance.vfs.full;
		if (denied !== null && access !== null) return this.#deny(denied, access);
		const code = error.code & 0xff;
		if (full === "dataset")
			return refuse("sql_limit_exceeded", `Running SQL: the dataset would be larger than ${LIMITS.datasetBytes} bytes, wanted it smaller.`);
		if (full === "scratch") {
			this.#close();
			return refuse(
				"sql_limit_exceeded",
				`Running SQL: it needs more than ${LIMITS.engineScratchBytes} bytes to sort or change, wanted less.`,
			);
		}
		if (code === RESULT.noMemory) {
			this.abandon();
			return refuse("sql_limit_exceeded", `Running SQL: it needs more than ${LIMITS.engineHeapBytes} bytes of memory, wanted less.`);
		}
		if (code === RESULT.tooBig)
			return refuse(
				"sql_limit_exceeded",
				`Running SQL: ${this.#scrubbed(error, access)}; wanted at most ${LIMITS.sqlValueBytes} bytes a value.`,
			);
		return refuse("invalid_arguments", `Running SQL: ${this.#scrubbed(error, access)}.`);
	}

	#scrubbed(error: SqliteError, access: OpenAccess | null): string {
		const message = access === null ? error.message : access.scrub(error.message);
		return message.slice(0, LIMITS.errorMessageChars / 2);
	}

	#deny(denied: Denied, access: OpenAccess): EngineAnswer {
		if (denied.kind === "other") return refuse("sql_denied", `Running SQL: ${access.scrub(denied.words).slice(0, 500)}.`);
		const tables = access.tables().join(", ").slice(0, 500);
		const wanted = tables === "" ? "which is not there" : `wanted one of ${tables}`;
		return refuse("sql_denied", `Running SQL: found the table ${access.scrub(denied.name).slice(0, 100)}, ${wanted}.`);
	}

	#close(): void {
		this.#open?.access.connection.close();
		this.#open = null;
	}
}

/** What SQLite refuses itself of tables that are not there or stand behind a view: a table that the grant hides is such a view too. */
const deniedBy = (message: string, access: OpenAccess): Denied | null => {
	const missing = /^no such table: (.+)$/s.exec(message)?.[1];
	if (missing !== undefined) return unknownTable(missing);
	const view = /^cannot modify (.+) because it is a view$/s.exec(message)?.[1];
	return view === undefined ? null : access.deniedChange(view);
};

type Ready = { kind: "ready"; sql: string; params: string };

const statementOf = (query: EngineQuery): Ready | ReturnType<typeof refuse> => {
	const { minGroup } = query.access;
	if (minGroup === undefined) {
		if (query.sql === undefined || query.aggregate !== undefined)
			return refuse("invalid_arguments", "Running SQL: found no sql, wanted sql alone.");
		return { kind: "ready", sql: query.sql, params: query.params };
	}
	if (query.aggregate === undefined || query.sql !== undefined)
		return refuse("sql_denied", "Running SQL: the grant is aggregate-only, wanted { from, groupBy, aggregates, where } instead of SQL.");
	const { sql, params } = aggregateSql(query.aggregate, minGroup);
	const encoding = encodeValue(params);
	if (encoding.kind === "refused") return refuse("invalid_arguments", `Binding parameters: ${encoding.message}.`);
	return { kind: "ready", sql, params: encoding.text };
};
