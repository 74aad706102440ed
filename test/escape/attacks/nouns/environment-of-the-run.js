/*
 * X17 Looks for anything in env that is no grant, under every name that a deployment has
 * wall: nouns
 * ends: returns [["ask","budget","child","files","llm","sales","signer","state","tool","web"],[],0]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const names = ["DB", "AGENTS", "TENANTS", "BLOBS", "RUNS", "EGRESS", "DEVELOPMENT_EGRESS", "LOADER", "EXECUTOR", "EXECUTOR_SERVICE", "SEAL_KEY", "GATE_KEY", "ADMIN_TOKEN", "GATE", "TOKEN", "PROGRAM", "HARNESS", "__STATIC_CONTENT", "MINIFLARE_PROXY", "ctx", "exports", "secrets", "__proto__x"];
	const found = names.filter((name) => env[name] !== undefined || globalThis[name] !== undefined || Reflect.has(env, name));
	return [Reflect.ownKeys(env).sort(), found, Object.getOwnPropertySymbols(env).length];
};
