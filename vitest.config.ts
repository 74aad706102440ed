import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** How many random worlds test/unit/budget-invariants lives through, and from which seed. */
const INVARIANTS = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("INVARIANTS_")));

/**
 * `unit` runs inside workerd with real Durable Objects and D1; `node` runs what belongs to Node and to the isolate's own files; `platform` starts the
 * whole of Cordon and talks to it as its users do, `escape` as its attackers do. `supervisor` starts and ends processes, with an environment of their own for each file.
 *
 * Files of `unit` and `node` share a process: reading the Worker's 500 modules into workerd for each file anew takes five times as long. So they share
 * its D1, its Durable Objects and their modules too. A test makes a tenant and an agent of its own, says nothing about what else there is, and puts back
 * a clock that it took; `--sequence.shuffle.files` shows whether one of them leans on another.
 */
export default defineConfig({
	test: {
		projects: [
			{
				plugins: [
					cloudflareTest(async () => ({
						wrangler: { configPath: "./wrangler.toml" },
						miniflare: {
							bindings: {
								MIGRATIONS: await readD1Migrations("./migrations"),
								// What agents' objects open secrets with: the key of test/unit/http/ask.
								SEAL_KEY: btoa("0123456789abcdef0123456789abcdef"),
								SIMULATION: process.env["CORDON_SIMULATION"] ?? "",
								...INVARIANTS,
							},
						},
					})),
				],
				test: {
					name: "unit",
					isolate: false,
					globalSetup: "./test/build-imported-texts.ts",
					include: ["test/unit/**/*.test.ts"],
					setupFiles: ["./test/unit/apply-migrations.ts"],
					testTimeout: 60_000,
					expect: { poll: { timeout: 15_000 } },
				},
			},
			{
				test: {
					name: "node",
					isolate: false,
					globalSetup: "./test/build-imported-texts.ts",
					include: ["test/node/**/*.test.ts"],
					exclude: ["test/node/supervisor/**"],
					testTimeout: 60_000,
					expect: { poll: { timeout: 15_000 } },
				},
			},
			{
				test: {
					name: "supervisor",
					globalSetup: "./test/build-imported-texts.ts",
					include: ["test/node/supervisor/**/*.test.ts"],
					testTimeout: 60_000,
					expect: { poll: { timeout: 15_000 } },
				},
			},
			{
				test: {
					name: "platform",
					globalSetup: "./test/platform/shared-host.ts",
					include: ["test/platform/**/*.test.ts"],
					testTimeout: 180_000,
					hookTimeout: 180_000,
					expect: { poll: { timeout: 45_000 } },
					fileParallelism: false,
				},
			},
			{
				test: {
					name: "escape",
					include: ["test/escape/escape.test.ts"],
					testTimeout: 180_000,
					hookTimeout: 180_000,
					expect: { poll: { timeout: 45_000 } },
				},
			},
		],
	},
});
