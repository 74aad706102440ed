declare namespace Cloudflare {
	/** What `env` of `cloudflare:workers` holds in unit tests: wrangler.toml's bindings, the migrations, and whether simulations run in `full`. */
	interface Env extends Omit<import("../../worker/env.ts").Env, never> {
		readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
		/** How many random worlds, and from which seed: budget-invariants. */
		readonly INVARIANTS_RUNS?: string;
		readonly INVARIANTS_SEED?: string;
		/** `no`: a failure is told as it was found, and no smaller one is looked for. */
		readonly INVARIANTS_SHRINK?: string;
		readonly SIMULATION: string;
	}
}
