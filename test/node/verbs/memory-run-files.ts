import { LIMITS } from "../../../contract/limits.ts";
import type { RunFiles } from "../../../worker/verbs/verb.ts";

/** A run's files in memory, with the platform's own quota and a clock that counts writes. */
export class MemoryRunFiles implements RunFiles {
	readonly #files = new Map<string, { bytes: Uint8Array; modifiedAtMs: number }>();
	#clockMs = 0;

	read(path: string): { bytes: Uint8Array; modifiedAtMs: number } | null {
		return this.#files.get(path) ?? null;
	}

	write(path: string, bytes: Uint8Array): "written" | "quota" {
		const others = [...this.#files].filter(([other]) => other !== path);
		const total = others.reduce((sum, [, file]) => sum + file.bytes.length, bytes.length);
		if (others.length + 1 > LIMITS.filesPerRun || total > LIMITS.fileTotalBytes) return "quota";
		this.#clockMs += 1;
		this.#files.set(path, { bytes, modifiedAtMs: this.#clockMs });
		return "written";
	}

	delete(path: string): boolean {
		return this.#files.delete(path);
	}

	list(directory: string): { path: string; bytes: number; modifiedAtMs: number }[] {
		return [...this.#files]
			.filter(([path]) => path.startsWith(directory))
			.map(([path, file]) => ({ path, bytes: file.bytes.length, modifiedAtMs: file.modifiedAtMs }))
			.sort((left, right) => (left.path < right.path ? -1 : 1));
	}
}
