import type { Content, HostContents, ObjectStore, RunFiles } from "../verb.ts";

/** A file as it is listed. */
export interface FileEntry {
	readonly path: string;
	readonly bytes: number;
	readonly modifiedAtMs: number;
}

/**
 * What this verb alone does with a run's files, beyond what every verb may. Of any file, wherever its content lies. Paths are canonical; whether
 * there is a file, and whether the grant and the tree of files have room, the caller has checked in the same step.
 */
export interface OwnFiles extends RunFiles {
	/** Null when there is no file at the path. */
	stat(path: string): FileEntry | null;
	/** Adds to the end of a file whose content lies here, or creates it. Nothing is written on `quota`. */
	append(path: string, bytes: Uint8Array): "written" | "quota";
	/** Makes or replaces a file with another one's content, in no time. */
	copy(from: string, to: string): "written" | "quota";
	/** Gives a file another path; what was there is replaced. */
	move(from: string, to: string): void;
	/** How large a handle of the run is; null when the run has no such handle. */
	handleBytes(handle: string): number | null;
	/** Makes a handle's content a file as well. */
	keep(path: string, handle: string): "written" | "quota" | "no_handle";
	/** Makes a file's content in the store a handle as well. */
	share(path: string, handle: string, type: string): "shared" | "quota";
}

/** The same of a run's contents on the host. */
export interface OwnContents extends HostContents {
	/** A part of a file, as much of it as there is: nothing at its end or beyond. Null when there is no such file. */
	openRange(path: string, offset: number, length: number): Promise<Content | null>;
}

const isOwnFiles = (files: RunFiles): files is OwnFiles => "share" in files;
const isOwnContents = (contents: HostContents): contents is OwnContents => "openRange" in contents;

/** @throws when the store does not have what this verb needs: a bug. */
export const ownFiles = ({ files }: ObjectStore): OwnFiles => {
	if (!isOwnFiles(files)) throw new Error("Performing a files call: the store is not the agent's object");
	return files;
};

/** @throws when the contents do not have what this verb needs: a bug. */
export const ownContents = (contents: HostContents): OwnContents => {
	if (!isOwnContents(contents)) throw new Error("Performing a files call: the contents are not the run's");
	return contents;
};
