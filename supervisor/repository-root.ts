import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder that holds package.json: what is built is built from there, whatever the working directory is. */
export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)));
