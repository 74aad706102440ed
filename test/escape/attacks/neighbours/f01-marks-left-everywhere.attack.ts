/*
 * F01 Leaves marks everywhere it can write, in run after run of the same program, and looks for those of the runs before
 * wall: neighbours
 * covers: F03
 * ends: held
 */
import assert from "node:assert/strict";
import type { Scene } from "../../scene.ts";

const PROGRAM = `let inModule = 0;
export default async (input, env) => {
	const found = [];
	const seen = new WeakSet();
	const look = (name, holder, key) => {
		if (!seen.has(holder) && Object.hasOwn(holder, key)) found.push(name);
		seen.add(holder);
		try { Object.defineProperty(holder, key, { value: 1 }); } catch {}
	};
	const places = { globalThis, Object, "Object.prototype": Object.prototype, Promise, Array, "Array.prototype": Array.prototype, Function: Function.prototype, JSON, Math, Intl, Atomics, console, crypto, Reflect, Symbol, WebAssembly, URL, Response, fetch, "Error.prototype": Error.prototype, Date, navigator, scheduler, performance };
	for (const [name, holder] of Object.entries(places)) look(name, holder, "markOfARun");
	if (inModule !== 0) found.push("module");
	inModule += 1;
	for (const name of ["node:process", "cloudflare:workers", "cloudflare:sockets"]) {
		const specifier = name;
		const module = await import(specifier).catch(() => null);
		if (module !== null) for (const holder of [module, module.default, ...Object.values(module)]) if (typeof holder === "function" || (typeof holder === "object" && holder !== null)) look(name, holder, "markOfARun");
	}
	if (Error.stackTraceLimit !== 10) found.push("stackTraceLimit");
	Error.stackTraceLimit = 3;
	if (!/native code/.test(Promise.prototype.then) || !/native code/.test(JSON.stringify)) found.push("patched");
	Promise.prototype.then = new Proxy(Promise.prototype.then, {});
	JSON.stringify = () => "patched";
	try { if (await env.files.exists("/workspace/output/mark")) found.push("file"); await env.files.writeText("/workspace/output/mark", "x"); } catch (error) { found.push(error.code); }
	return found;
};`;

export const attack = async ({ api, input, victim }: Scene): Promise<void> => {
	for (let round = 0; round < 5; round += 1) {
		const run = await api.run({ agent: "hostile", program: PROGRAM, language: "javascript", input, grants: ["files"] });
		assert.deepEqual([run.status, run.result, run.error?.message], ["succeeded", [], undefined]);
		await victim.work();
	}
};
