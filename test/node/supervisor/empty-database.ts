import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";

/** A D1 database with nothing in it, and an empty folder for migrations. */
export interface EmptyDatabase {
	readonly folder: string;
	readonly database: Awaited<ReturnType<Miniflare["getD1Database"]>>;
	close(): Promise<void>;
}

export const startEmptyDatabase = async (): Promise<EmptyDatabase> => {
	const folder = await mkdtemp(join(tmpdir(), "cordon-migrations-"));
	const miniflare = new Miniflare(
		convertV4MiniflareOptions({ modules: true, script: "export default {}", d1Databases: ["DB"], cf: false }),
	);
	return {
		folder,
		database: await miniflare.getD1Database("DB"),
		close: async () => {
			await miniflare.dispose();
			await rm(folder, { recursive: true, force: true });
		},
	};
};
