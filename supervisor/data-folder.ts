import { randomBytes, randomUUID } from "node:crypto";
import { chmod, link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Owner alone. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Reads a small file, or null when it does not exist. */
export const readIfThere = async (path: string): Promise<string | null> => {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
		throw error;
	}
};

/**
 * Writes a file that must not exist yet: whole or not at all, readable by its owner only. False when another one was first; that one stays.
 */
export const writeOnce = async (path: string, text: string): Promise<boolean> => {
	const draft = `${path}.${randomUUID()}`;
	await writeFile(draft, text, { mode: FILE_MODE, flag: "wx", flush: true });
	try {
		await link(draft, path);
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
		throw error;
	} finally {
		await rm(draft, { force: true });
	}
};

/** Makes the folder that holds everything of one installation, or takes the one there is. @returns its absolute path. */
export const openDataFolder = async (path: string): Promise<string> => {
	const folder = resolve(path);
	await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
	await chmod(folder, FOLDER_MODE);
	return folder;
};

/**
 * The key that secrets are sealed under, base64 of 32 bytes: `seal.key` in the data folder, made on the first start and never written again,
 * since without it every stored secret is lost.
 * @throws Error when the file holds something else.
 */
export const readSealKey = async (folder: string): Promise<string> => {
	const path = join(folder, "seal.key");
	await writeOnceIfMissing(path);
	const text = ((await readIfThere(path)) ?? "").trim();
	if (!isKey(text)) throw new Error(`Reading ${path}: it holds no key, wanted base64 of 32 bytes. Restore it from a backup.`);
	return text;
};

const writeOnceIfMissing = async (path: string): Promise<void> => {
	if ((await readIfThere(path)) === null) await writeOnce(path, `${newKey()}\n`);
};

/** A new random key, base64 of 32 bytes. */
export const newKey = (): string => randomBytes(32).toString("base64");

/** Whether a text is base64 of 32 bytes. */
export const isKey = (text: string): boolean => /^[A-Za-z0-9+/]{43}=$/.test(text);
