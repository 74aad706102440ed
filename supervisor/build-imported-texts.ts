import { buildLibraries } from "./build-libraries.ts";
import { writeEngine } from "./write-engine.ts";

/**
 * Makes what the Worker and the executor processes take in as text: the libraries' bundles and the SQL engine, under `.build`. Whoever bundles the one
 * or the other has called this before.
 * @throws Error when a library's bundle is not the manifest's
 */
export const buildImportedTexts = async (): Promise<void> => {
	await Promise.all([buildLibraries(), writeEngine()]);
};

if (import.meta.main) await buildImportedTexts();
