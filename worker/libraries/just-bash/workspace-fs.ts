import { type CpOptions, type FsStat, InMemoryFs } from "just-bash/browser";

/** What the shell needs of a `files` grant: `env.files` in a program. */
export interface WorkspaceFiles {
	list(path: string): Promise<readonly { readonly path: string; readonly bytes: number; readonly modifiedAtMs: number }[]>;
	readBytes(path: string): Promise<Uint8Array>;
	writeBytes(path: string, bytes: Uint8Array): Promise<unknown>;
	delete(path: string): Promise<unknown>;
}

/** What is held in memory of the shell's files, bytes. */
const MEMORY_BYTES = 64 * 1024 * 1024;
const ROOT = "/workspace";

interface Known {
	readonly bytes: number;
	/** Null for a file that the shell wrote: after the next look at the list it is read again. */
	readonly modifiedAtMs: number | null;
	/** Whether the bytes are here. */
	loaded: boolean;
}

/**
 * The shell's files: what lies below /workspace is the run's, everything else (`/tmp`, `/home`) is this shell's memory. A file is read when a command asks for
 * it. Changes stay in memory until `commit`, so that a loop that appends a thousand times is one call of the grant and not a thousand.
 */
export class WorkspaceFs extends InMemoryFs {
	readonly #files: WorkspaceFiles;
	readonly #folders: readonly string[];
	/** What the grant has, as far as the shell knows. */
	readonly #known = new Map<string, Known>();
	/** Paths below /workspace that commands wrote since the last commit. */
	readonly #written = new Set<string>();

	/** @param folders canonical paths below /workspace that the grant lists */
	constructor(files: WorkspaceFiles, folders: readonly string[]) {
		super({}, { maxTotalBytes: MEMORY_BYTES });
		this.#files = files;
		this.#folders = folders;
		for (const folder of [ROOT, "/tmp", ...folders]) this.mkdirSync(folder, { recursive: true });
	}

	/** Looks at what the grant lists now: files that came, went or changed since. To be called when nothing waits to be committed. */
	async refresh(): Promise<void> {
		const lists = await Promise.all(this.#folders.map((folder) => this.#files.list(folder)));
		const listed = new Map(lists.flat().map((file) => [file.path, file]));
		for (const path of this.#known.keys()) if (!listed.has(path)) await this.#forget(path);
		for (const { path, bytes, modifiedAtMs } of listed.values()) {
			const known = this.#known.get(path);
			if (known?.bytes === bytes && known.modifiedAtMs === modifiedAtMs) continue;
			this.#known.set(path, { bytes, modifiedAtMs, loaded: false });
			this.writeFileLazy(path, () => this.#load(path), { mtime: new Date(modifiedAtMs) });
		}
	}

	/**
	 * Gives the grant what changed: what was written first, and what was deleted only when all of that was taken, so that a refused move loses nothing.
	 * @returns why changes were refused, a line each; the shell has forgotten those
	 */
	async commit(): Promise<string[]> {
		const refused: string[] = [];
		for (const path of this.#written) {
			const refusal = (await this.exists(path)) ? await this.#send(path) : null;
			if (refusal !== null) refused.push(refusal);
		}
		this.#written.clear();
		if (refused.length === 0) {
			const here = new Set(this.getAllPaths());
			for (const path of [...this.#known.keys()].filter((known) => !here.has(known))) {
				const refusal = await attempt(() => this.#files.delete(path));
				if (refusal !== null) refused.push(refusal);
			}
		}
		// What was refused is read anew: all that is known of the grant's files is asked for again.
		if (refused.length > 0) for (const path of [...this.#known.keys()]) await this.#forget(path);
		return refused;
	}

	override async stat(path: string): Promise<FsStat> {
		return (await this.#statUnread(path)) ?? super.stat(path);
	}

	override async lstat(path: string): Promise<FsStat> {
		return (await this.#statUnread(path)) ?? super.lstat(path);
	}

	override writeFileSync(...args: Parameters<InMemoryFs["writeFileSync"]>): void {
		super.writeFileSync(...args);
		this.#mark(args[0]);
	}

	override async appendFile(...args: Parameters<InMemoryFs["appendFile"]>): Promise<void> {
		await super.appendFile(...args);
		this.#mark(args[0]);
	}

	override async cp(from: string, to: string, options?: CpOptions): Promise<void> {
		await super.cp(from, to, options);
		this.#mark(to);
	}

	override async mv(from: string, to: string): Promise<void> {
		await super.mv(from, to);
		this.#mark(to);
	}

	override async symlink(target: string, path: string): Promise<void> {
		if (this.#inWorkspace(path) !== null) throw new Error(`EPERM: ${ROOT} keeps files only, symlink '${path}'`);
		await super.symlink(target, path);
	}

	/** The canonical path when it lies below /workspace. */
	#inWorkspace(path: string): string | null {
		const at = this.resolvePath("/", path);
		return at.startsWith(`${ROOT}/`) ? at : null;
	}

	#mark(path: string): void {
		const at = this.#inWorkspace(path);
		if (at !== null) this.#written.add(at);
	}

	/** A file's size and time without reading it. */
	async #statUnread(path: string): Promise<FsStat | null> {
		const at = this.resolvePath("/", path);
		const known = this.#known.get(at);
		if (known === undefined || known.loaded || known.modifiedAtMs === null || this.#written.has(at) || !(await this.exists(at)))
			return null;
		const mtime = new Date(known.modifiedAtMs);
		return { isFile: true, isDirectory: false, isSymbolicLink: false, mode: 0o644, size: known.bytes, mtime };
	}

	async #load(path: string): Promise<Uint8Array> {
		const bytes = await this.#files.readBytes(path);
		const known = this.#known.get(path);
		if (known !== undefined) known.loaded = true;
		return bytes;
	}

	/** Sends one file that was written. @returns why it was refused, or null */
	async #send(path: string): Promise<string | null> {
		const { isDirectory, isSymbolicLink } = await super.lstat(path);
		if (isDirectory) return null;
		const refusal = isSymbolicLink
			? `${path}: ${ROOT} keeps files only, no symbolic links`
			: await attempt(async () => {
					const bytes = await this.readFileBuffer(path);
					await this.#files.writeBytes(path, bytes);
					this.#known.set(path, { bytes: bytes.length, modifiedAtMs: null, loaded: true });
				});
		if (refusal !== null) await this.#forget(path);
		return refusal;
	}

	async #forget(path: string): Promise<void> {
		this.#known.delete(path);
		await super.rm(path, { force: true });
	}
}

/** Makes a call of the grant. @returns its refusal in words, or null */
const attempt = async (call: () => Promise<unknown>): Promise<string | null> => {
	try {
		await call();
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : "a call of the files grant failed";
	}
};
