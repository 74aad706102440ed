import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/**
 * `unit` runs inside workerd with real Durable Objects and D1; `node` runs what belongs to Node and to the isolate's own files; `platform` starts the
 * whole of Cordon and talks to it as its users and its attackers do.
 */
export default defineConfig({
	test: {
		projects: [
			{
				plugins: [
					cloudflareTest(async () => ({
						wrangler: { configPath: "./wrangler.toml" },
						miniflare: { bindings: { MIGRATIONS: await readD1Migrations("./migrations") } },
					})),
				],
				test: {
					name: "unit",
					globalSetup: "./test/build-imported-texts.ts",
					include: ["test/unit/**/*.test.ts"],
					setupFiles: ["./test/unit/apply-migrations.ts"],
				},
			},
			{
				test: { name: "node", globalSetup: "./test/build-imported-texts.ts", include: ["test/node/**/*.test.ts"], testTimeout: 20_000 },
			},
			{
				test: {
					name: "platform",
					include: ["test/platform/**/*.test.ts"],
					testTimeout: 60_000,
					hookTimeout: 60_000,
					fileParallelism: false,
				},
			},
		],
	},
});
