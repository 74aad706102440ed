/** What every isolate that a Worker Loader makes is loaded with, a program's and the engine's: both are the wall around untrusted work. */
export const COMPATIBILITY_DATE = "2026-11-01";
/** No Node, no code from strings, no importable `env`, no tampering with the platform's prototypes. */
export const COMPATIBILITY_FLAGS = [
	"no_nodejs_compat",
	"no_nodejs_compat_v2",
	"disallow_eval_during_startup",
	"disallow_importable_env",
	"immutable_api_prototypes",
] as const;
