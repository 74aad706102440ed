import { LIMITS } from "../../../contract/limits.ts";
import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { coveringMount } from "./covering-mount.ts";
import { FilesGrant, MOST_FILE_BYTES, toFileScope } from "./files-grant.ts";
import { readOnce } from "../read-once.ts";

const read = readOnce(FilesGrant);

/** How a grant of files lets more happen than another one (Verb.beyond). */
export const beyondFiles = (parent: unknown, child: unknown): string | null => beyondFields(read(parent), read(child), NARROWINGS);

/**
 * Every path is decided by the longest mount that it lies in, on either side; so what holds at the mounts of both holds everywhere: of the two that decide
 * about a path, the deeper one lies in the other.
 */
const beyondMounts = (parent: FilesGrant, child: FilesGrant): string | null => {
	const [theirs, own] = [toFileScope(parent).mounts, toFileScope(child).mounts];
	for (const { path } of [...own, ...theirs]) {
		const wanted = coveringMount(own, path);
		if (wanted === null) continue;
		const wider = coveringMount(theirs, path);
		if (wider === null) return "mounts: found one outside of the parent's, wanted it to lie in one of those";
		if (wanted.mode === "write" && wider.mode === "read")
			return `mounts: found one that writes at ${wider.path}, which the parent's grant only reads`;
	}
	return null;
};

const NARROWINGS: Narrowings<FilesGrant> = {
	fields: [["mounts", beyondMounts]],
	limits: { totalBytes: MOST_FILE_BYTES, fileBytes: LIMITS.contentBytes, count: LIMITS.filesPerRun },
};
