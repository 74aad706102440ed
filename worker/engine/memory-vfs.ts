import type { SqliteModule } from "@journeyapps/wa-sqlite/dist/wa-sqlite.mjs";
import { LIMITS } from "../../contract/limits.ts";
import { PagedFile } from "./paged-file.ts";
import { OPEN, RESULT } from "./sqlite-codes.ts";

/** Name of the one file that a statement's dataset is read from or written to. */
export const DATASET_FILE = "dataset";

interface OpenFile {
	readonly file: PagedFile;
	readonly mode: FileMode | "temporary";
}

/** `read` is never written; `draft` shares pages with another file, and what it changes is scratch; `new` is an import, bounded as a dataset. */
export type FileMode = "read" | "draft" | "new";

/**
 * The file system that SQLite sees: the dataset, read-only unless it is a draft, and temporary files without a name. There is nothing else that a
 * path could lead to.
 */
export class MemoryVfs {
	readonly name = "memory";
	readonly mxPathname = 64;
	/** Set when a write was refused for want of room; SQLite itself then says only that the disk is full. */
	full: "dataset" | "scratch" | null = null;
	readonly #module: SqliteModule;
	readonly #open = new Map<number, OpenFile>();
	#dataset: OpenFile | null = null;

	constructor(module: SqliteModule) {
		this.#module = module;
	}

	/** What `DATASET_FILE` means for the connections that are opened from now on. */
	mount(file: PagedFile, mode: FileMode): void {
		this.#dataset = { file, mode };
	}

	hasAsyncMethod(): boolean {
		return false;
	}

	xOpen(_vfs: number, name: number, handle: number, flags: number, outFlags: number): number {
		const path = name === 0 ? null : this.#module.UTF8ToString(name);
		const opened: OpenFile | null =
			path === null ? { file: new PagedFile(), mode: "temporary" } : path === DATASET_FILE ? this.#dataset : null;
		if (opened === null) return RESULT.cantOpen;
		this.#open.set(handle, opened);
		const given = opened.mode === "read" ? (flags & ~(OPEN.readWrite | OPEN.create)) | OPEN.readOnly : flags;
		if (outFlags !== 0) this.#setInt32(outFlags, given);
		return RESULT.ok;
	}

	xClose(handle: number): number {
		this.#open.delete(handle);
		return RESULT.ok;
	}

	xRead(handle: number, into: number, bytes: number, low: number, high: number): number {
		const opened = this.#open.get(handle);
		if (opened === undefined) return RESULT.ioError;
		const whole = opened.file.read(this.#module.HEAPU8.subarray(into, into + bytes), offsetOf(low, high));
		return whole ? RESULT.ok : RESULT.shortRead;
	}

	xWrite(handle: number, from: number, bytes: number, low: number, high: number): number {
		const opened = this.#open.get(handle);
		if (opened === undefined || opened.mode === "read") return RESULT.ioError;
		const offset = offsetOf(low, high);
		if (opened.mode !== "temporary" && offset + bytes > LIMITS.datasetBytes) return this.#refuse("dataset");
		if (opened.mode !== "new" && this.#scratchBytes() + opened.file.growthOf(offset, bytes) > LIMITS.engineScratchBytes)
			return this.#refuse("scratch");
		opened.file.write(this.#module.HEAPU8.subarray(from, from + bytes), offset);
		return RESULT.ok;
	}

	xTruncate(handle: number, low: number, high: number): number {
		const opened = this.#open.get(handle);
		if (opened === undefined || opened.mode === "read") return RESULT.ioError;
		opened.file.truncate(offsetOf(low, high));
		return RESULT.ok;
	}

	xFileSize(handle: number, size: number): number {
		const opened = this.#open.get(handle);
		if (opened === undefined) return RESULT.ioError;
		new DataView(this.#module.HEAPU8.buffer).setBigInt64(size, BigInt(opened.file.size), true);
		return RESULT.ok;
	}

	xAccess(_vfs: number, _name: number, _flags: number, result: number): number {
		this.#setInt32(result, 0);
		return RESULT.ok;
	}

	xFullPathname(_vfs: number, name: number, bytes: number, into: number): number {
		const path = new TextEncoder().encode(this.#module.UTF8ToString(name));
		if (path.length >= bytes) return RESULT.cantOpen;
		this.#module.HEAPU8.set(path, into);
		this.#module.HEAPU8[into + path.length] = 0;
		return RESULT.ok;
	}

	xDelete(): number {
		return RESULT.ok;
	}

	xSync(): number {
		return RESULT.ok;
	}

	xLock(): number {
		return RESULT.ok;
	}

	xUnlock(): number {
		return RESULT.ok;
	}

	xCheckReservedLock(_handle: number, result: number): number {
		this.#setInt32(result, 0);
		return RESULT.ok;
	}

	xFileControl(): number {
		return RESULT.notFound;
	}

	xSectorSize(): number {
		return 4096;
	}

	xDeviceCharacteristics(): number {
		return 0;
	}

	xRandomness(_vfs: number, bytes: number, into: number): number {
		crypto.getRandomValues(this.#module.HEAPU8.subarray(into, into + bytes));
		return bytes;
	}

	xCurrentTimeInt64(_vfs: number, into: number): number {
		new DataView(this.#module.HEAPU8.buffer).setBigInt64(into, JULIAN_EPOCH_MS + BigInt(Date.now()), true);
		return RESULT.ok;
	}

	#scratchBytes(): number {
		let bytes = 0;
		for (const { file, mode } of this.#open.values()) if (mode === "draft" || mode === "temporary") bytes += file.ownBytes;
		return bytes;
	}

	#refuse(what: "dataset" | "scratch"): number {
		this.full = what;
		return RESULT.full;
	}

	#setInt32(at: number, value: number): void {
		new DataView(this.#module.HEAPU8.buffer).setInt32(at, value, true);
	}
}

/** The Unix epoch in milliseconds since SQLite's, the Julian day zero. */
const JULIAN_EPOCH_MS = 210_866_760_000_000n;

const offsetOf = (low: number, high: number): number => high * 0x1_0000_0000 + (low >>> 0);
