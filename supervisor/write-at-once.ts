import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes a file of a folder that is there. Others may build or read side by side: each sees the whole file or the one before. */
export const writeAtOnce = async (folder: string, file: string, content: string | Uint8Array): Promise<void> => {
	const draft = join(folder, `.${file}-${process.pid}-${crypto.randomUUID()}`);
	await writeFile(draft, content);
	await rename(draft, join(folder, file));
};

/** Whether a file is one that is being written, and may be gone at any moment. */
export const isDraft = (name: string): boolean => name.startsWith(".");
