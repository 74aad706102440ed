export type MountMode = "read" | "write";
export interface Mount {
	readonly path: string;
	readonly mode: MountMode;
}

/** Whether a canonical path is a directory or lies in it. Compared at a segment's boundary: `/a/bc` does not lie in `/a/b`. */
export const isWithin = (path: string, directory: string): boolean => path === directory || path.startsWith(`${directory}/`);

/** The longest mount that a canonical path lies in, or null: what is mounted deeper has the last word. */
export const coveringMount = (mounts: readonly Mount[], path: string): Mount | null => {
	let longest: Mount | null = null;
	for (const mount of mounts) {
		if (isWithin(path, mount.path) && mount.path.length > (longest?.path.length ?? 0)) longest = mount;
	}
	return longest;
};
