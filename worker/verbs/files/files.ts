import { joinLabels } from "../common-grant.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Verb } from "../verb.ts";
import { FILE_METHODS, STREAMED_FILE_METHODS } from "./file-methods.ts";
import { filesDeclaration } from "./files-declaration.ts";
import { type FileScope, FilesGrant, toFileScope } from "./files-grant.ts";
import { beyondFiles } from "./beyond-files.ts";

const METHODS = [...FILE_METHODS.keys()];

/** Reads and writes the run's files within the grant's mounts; acts inside the agent's object, and on the host for content in the store. */
export const files: Verb = {
	name: "files",
	grantSchema: FilesGrant,
	summary: "Reads and writes the run's files, within mounts.",
	beyond: beyondFiles,
	bind: (data) => {
		const grant = FilesGrant.parse(data);
		const scope = toFileScope(grant);
		return {
			methods: METHODS,
			streams: STREAMED_FILE_METHODS,
			labels: joinLabels([], grant.labels),
			prepare: (method, args) => FILE_METHODS.get(method)?.(scope, args) ?? unknownMethod("files", method, METHODS),
			declaration: () => filesDeclaration(scope),
			lint: () => lintFiles(scope),
		};
	},
};

const lintFiles = (scope: FileScope): readonly string[] => {
	const warnings: string[] = [];
	for (const mount of scope.mounts) {
		if (mount.path === "/workspace" && mount.mode === "write")
			warnings.push("files: all of /workspace may be written, also the run's inputs");
	}
	return warnings;
};
