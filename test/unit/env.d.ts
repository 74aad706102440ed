declare namespace Cloudflare {
	/** What `env` of `cloudflare:workers` holds in unit tests: wrangler.toml's bindings and the migrations. */
	interface Env extends Omit<import("../../worker/env.ts").Env, never> {
		readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
	}
}
