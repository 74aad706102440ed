import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "./isolate-flags.ts";

/** What the engine's isolate is made of, as `supervisor/build-engine` builds it. */
export interface EngineParts {
	/** The engine. */
	readonly js: string;
	/** The reader of XLSX, evaluated when the first workbook is imported. */
	readonly xlsx: string;
	readonly wasm: ArrayBuffer;
}

/** What a Worker Loader loads (workers-types: WorkerLoaderWorkerCode). */
export interface EngineIsolateCode {
	compatibilityDate: string;
	compatibilityFlags: string[];
	mainModule: string;
	modules: Record<string, { js: string } | { wasm: ArrayBuffer }>;
	env: Record<string, never>;
	globalOutbound: null;
	limits: { cpuMs: number };
}

/**
 * The code of the engine's isolate: no network, no binding. One isolate holds one dataset; its name in a loader must tell apart tenant, dataset and
 * version, and nothing of an access is kept in it.
 * @param cpuMs CPU time of one call, where the platform holds it (Cloudflare; elsewhere the supervisor measures the process)
 */
export const engineIsolateCode = ({ js, xlsx, wasm }: EngineParts, cpuMs: number): EngineIsolateCode => ({
	compatibilityDate: COMPATIBILITY_DATE,
	compatibilityFlags: [...COMPATIBILITY_FLAGS],
	mainModule: "engine.js",
	modules: { "engine.js": { js }, "xlsx.js": { js: xlsx }, "sqlite.wasm": { wasm } },
	env: {},
	globalOutbound: null,
	limits: { cpuMs },
});
