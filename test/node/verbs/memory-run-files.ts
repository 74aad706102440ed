import { LIMITS } from "../../../contract/limits.ts";
import type { FileEntry, RunFiles } from "../../../worker/verbs/verb.ts";
import type { MemoryContents } from "./memory-contents.ts";

interface MemoryFile {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly modifiedAtMs: number;
	/** Whether its content lies in the store. */
	readonly stored: boolean;
}

/** A run's files in memory, with the platform's own quota and a clock that counts writes. */
export class MemoryRunFiles implements RunFiles {
	readonly #files = new Map<string, MemoryFile>();
	readonly #contents: MemoryContents | null;
	#clockMs = 0;

	/** @param contents where its handles are; it is told of every file. */
	constructor(contents: MemoryContents | null = null) {
		this.#contents = contents;
	}

	read(path: string): { bytes: Uint8Array; modifiedAtMs: number } | null {
		const file = this.#files.get(path);
		return file === undefined || file.stored ? null : file;
	}

	isStored(path: string): boolean {
		return this.#files.get(path)?.stored ?? false;
	}

	write(path: string, bytes: Uint8Array): "written" | "quota" {
		return this.#put(path, new Uint8Array(bytes), false);
	}

	append(path: string, bytes: Uint8Array): "written" | "quota" {
		return this.write(path, new Uint8Array([...(this.#files.get(path)?.bytes ?? []), ...bytes]));
	}

	copy(from: string, to: string): "written" | "quota" {
		const file = this.#files.get(from);
		return file === undefined ? "quota" : this.#put(to, file.bytes, file.stored);
	}

	move(from: string, to: string): void {
		const file = this.#files.get(from);
		if (file === undefined) return;
		this.delete(from);
		this.#put(to, file.bytes, file.stored);
	}

	handleBytes(handle: string): number | null {
		return this.#contents?.handles.get(handle)?.bytes.length ?? null;
	}

	keep(path: string, handle: string): "written" | "quota" | "no_handle" {
		const content = this.#contents?.handles.get(handle);
		return content === undefined ? "no_handle" : this.#put(path, content.bytes, true);
	}

	share(path: string, handle: string, type: string): "shared" | "quota" {
		const file = this.#files.get(path);
		if (file !== undefined) this.#contents?.handles.set(handle, { type, bytes: file.bytes });
		return "shared";
	}

	delete(path: string): boolean {
		this.#contents?.files.delete(path);
		return this.#files.delete(path);
	}

	stat(path: string): FileEntry | null {
		const file = this.#files.get(path);
		return file === undefined ? null : { path, bytes: file.bytes.length, modifiedAtMs: file.modifiedAtMs };
	}

	list(directory: string): FileEntry[] {
		return [...this.#files]
			.filter(([path]) => path.startsWith(directory))
			.map(([path, file]) => ({ path, bytes: file.bytes.length, modifiedAtMs: file.modifiedAtMs }))
			.sort((left, right) => (left.path < right.path ? -1 : 1));
	}

	#put(path: string, bytes: Uint8Array<ArrayBuffer>, stored: boolean): "written" | "quota" {
		const others = [...this.#files].filter(([other]) => other !== path);
		const total = others.reduce((sum, [, file]) => sum + (file.stored ? 0 : file.bytes.length), stored ? 0 : bytes.length);
		if (others.length + 1 > LIMITS.filesPerRun || total > LIMITS.fileTotalBytes) return "quota";
		this.#clockMs += 1;
		this.#files.set(path, { bytes, modifiedAtMs: this.#clockMs, stored });
		this.#contents?.files.set(path, { type: "application/octet-stream", bytes });
		return "written";
	}
}
