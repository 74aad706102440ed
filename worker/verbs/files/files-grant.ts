import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";
import { pathFault } from "./check-path.ts";
import { isWithin } from "./covering-mount.ts";

/** Where a run's files are: every mount lies here. */
export const FILES_ROOT = "/workspace";

/** Why a path is no mount, or null. */
const mountFault = (path: string): string | null =>
	pathFault(path) ?? (isWithin(path, FILES_ROOT) ? null : `it lies elsewhere, wanted ${FILES_ROOT} or a path below it`);

/** All that a run's files can be: what lies in the agent's object, and what lies in the store. */
export const MOST_FILE_BYTES = LIMITS.fileTotalBytes + LIMITS.contentTotalBytes;

export const FilesGrant = z.strictObject({
	verb: z.literal("files").describe("the verb"),
	mounts: z
		.record(z.string(), z.enum(["read", "write"]))
		.refine((mounts) => Object.keys(mounts).length >= 1 && Object.keys(mounts).length <= LIMITS.mountsPerGrant, {
			error: `mounts: wanted 1 to ${LIMITS.mountsPerGrant}`,
		})
		.superRefine((mounts, context) => {
			for (const path of Object.keys(mounts)) {
				const fault = mountFault(path);
				if (fault !== null) context.addIssue({ code: "custom", path: [path], message: `mount: ${fault}` });
			}
		})
		.describe("path -> read, or write (which may be read too); the longest mount that a path lies in decides"),
	limits: z
		.strictObject({
			...COMMON_LIMITS,
			totalBytes: z
				.int()
				.min(1)
				.max(MOST_FILE_BYTES)
				.optional()
				.describe("most bytes in the writable mounts together, content in the store counted"),
			fileBytes: z.int().min(1).max(LIMITS.contentBytes).optional().describe("largest file that may be made, bytes"),
			count: z.int().min(1).max(LIMITS.filesPerRun).optional().describe("most files in the writable mounts together"),
		})
		.optional()
		.describe("bounds of this grant, below the platform's own"),
	...COMMON_GRANT,
});
export type FilesGrant = z.infer<typeof FilesGrant>;

/** A grant made ready: its mounts as a list, its limits filled in. Bytes and a count of files. */
export interface FileScope {
	readonly mounts: readonly { readonly path: string; readonly mode: "read" | "write" }[];
	readonly totalBytes: number;
	readonly fileBytes: number;
	readonly count: number;
}

export const toFileScope = (grant: FilesGrant): FileScope => ({
	mounts: Object.entries(grant.mounts).map(([path, mode]) => ({ path, mode })),
	totalBytes: grant.limits?.totalBytes ?? MOST_FILE_BYTES,
	fileBytes: grant.limits?.fileBytes ?? LIMITS.contentBytes,
	count: grant.limits?.count ?? LIMITS.filesPerRun,
});
