/*
 * X61 Keeps everything that a run was given in its warm isolate, and calls with it in the next run, which has been given less
 * wall: grants
 * ends: held
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { Call } from "../../../../contract/runs.ts";
import { allPages, makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

/** What it keeps: its env, methods, global fetch, a stream begun and not read, the raw binding and the harness's own `this`, where it can have them. */
const PROGRAM = `const kept = {};
export default async (input, env) => {
	const path = (name) => "http://" + input.upstream + "/warm-kept-" + name;
	if (input.keep) {
		const name = "../harness.js";
		const { default: Harness } = await import(name);
		try { Harness.prototype.run = async function (text) { kept.self = this; kept.text = text; return "{}"; }; } catch {}
		Object.defineProperty(Object.prototype, "call", { configurable: true, writable: true, value: function (...args) { kept.raw ??= this; return args; } });
		Object.defineProperty(Object.prototype, "grants", { configurable: true, set(value) { kept.grants = value; }, get() { return kept.grants; } });
		Object.assign(kept, { env, method: env.web.fetch, plain: fetch });
		await env.web.fetch(path("own"));
		setTimeout(() => { env.web.fetch(path("timer")); }, 1);
		return "kept";
	}
	const tries = {
		env: () => kept.env.web.fetch(path("env")),
		method: () => kept.method(path("method")),
		plain: () => kept.plain(path("plain")),
		global: () => fetch(path("global")),
		raw: () => kept.raw.call("fetch", JSON.stringify([path("raw")]), "1 0 "),
		self: () => kept.self.ctx.props.grants.web.call("fetch", JSON.stringify([path("self")]), "1 0 "),
		props: () => kept.grants.web.call("fetch", JSON.stringify([path("props")]), "1 0 "),
	};
	const ends = {};
	for (const [name, go] of Object.entries(tries)) ends[name] = await go().then((answer) => "ESCAPED " + answer, (error) => error.code ?? "refused").catch(() => "refused");
	return { ends, has: Object.keys(env), warm: kept.env !== undefined };
};`.replaceAll("await go()", "await (async () => go())()");

const Found = z.object({ ends: z.record(z.string(), z.string()), has: z.array(z.string()), warm: z.boolean() });

/** Another run of the platform can take the process away in between: then it is tried again. */
const ROUNDS = 5;

export const attack = async ({ platform, input, upstream }: Scene): Promise<void> => {
	const { api } = await platform.tenant("keeper");
	const web = { verb: "http.fetch", allow: [{ host: input.upstream, scheme: "http", methods: ["GET"] }] };
	const files = { verb: "files", mounts: { "/workspace/output": "write" } };
	// All runs begin untrusted, so that the isolate stays warm after the first call.
	const policy = { grants: { web, files }, flow: { labels: ["untrusted" as const] } };
	const agent = await makeAgent(api, { name: "warm-keeper", program: PROGRAM, language: "javascript", isolation: "warm", policy });
	const arrivals = (from: number) =>
		upstream.arrived
			.slice(from)
			.map(({ url }) => url ?? "")
			.filter((url) => url.startsWith("/warm-kept-"));
	const calls = async (id: string) => (await allPages(api, `/v1/runs/${id}/calls`, Call, 200)).length;
	for (let round = 0; round < ROUNDS; round += 1) {
		const from = upstream.arrived.length;
		const first = await api.run({ agent: agent.id, input: { ...input, keep: true } });
		assert.deepEqual([first.status, first.result, arrivals(from)], ["succeeded", "kept", ["/warm-kept-own"]]);
		const second = await api.run({ agent: agent.id, input });
		assert.deepEqual([second.status, second.error], ["succeeded", null]);
		const { ends, has, warm } = Found.parse(second.result);
		assert.deepEqual(has, ["web", "files"]);
		if (warm !== true) continue;
		assert.deepEqual([ends["env"], ends["method"]], ["run_ended", "run_ended"]);
		for (const name of ["raw", "self", "props"]) assert.ok(!ends[name]?.startsWith("ESCAPED"), `${name}: ${ends[name]}`);
		// A global fetch is that of the run: both calls are its own, and recorded as its own.
		assert.deepEqual(arrivals(from), ["/warm-kept-own", "/warm-kept-plain", "/warm-kept-global"]);
		assert.deepEqual([await calls(first.id), await calls(second.id)], [1, 2]);
		return;
	}
	assert.fail(`none of ${ROUNDS} runs found what the one before it had kept`);
};
