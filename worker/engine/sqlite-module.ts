import createModule, { type SqliteModule } from "@journeyapps/wa-sqlite/dist/wa-sqlite.mjs";
import { LIMITS } from "../../contract/limits.ts";

const GROW = "_emscripten_resize_heap";

/**
 * One instance of SQLite's Wasm. Its memory stops growing at `engineHeapBytes`; SQLite then says that it is out of memory.
 * @throws Error when the build has no function that grows memory: then nothing would bound it
 */
export const instantiateSqlite = (wasm: WebAssembly.Module): Promise<SqliteModule> =>
	createModule({
		locateFile: (name) => name,
		instantiateWasm: (imports, done) => {
			boundGrowth(imports);
			const instance = new WebAssembly.Instance(wasm, imports);
			done(instance, wasm);
			return instance.exports;
		},
	});

const boundGrowth = (imports: Record<string, Record<string, WebAssembly.ImportValue>>): void => {
	for (const group of Object.values(imports)) {
		for (const [key, value] of Object.entries(group)) {
			if (typeof value !== "function" || value.name !== GROW) continue;
			const grow = value;
			group[key] = (bytes: number) => (bytes >>> 0 > LIMITS.engineHeapBytes ? 0 : grow(bytes));
			return;
		}
	}
	throw new Error(`Starting SQLite: its build imports no ${GROW}, wanted it to bound its memory.`);
};
