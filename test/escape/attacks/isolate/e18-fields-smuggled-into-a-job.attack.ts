/*
 * E18 Sends fields with a run that would change its isolate: flags, environment, outbound network, modules of the house, limits, tokens
 * wall: isolate
 * ends: held
 */
import assert from "node:assert/strict";
import { errorOf } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = "export default (input, env) => Object.keys(env)";
const FIELDS = {
	compatibilityFlags: ["nodejs_compat", "allow_importable_env"],
	compatibilityDate: "2020-01-01",
	allowExperimental: true,
	env: { ADMIN_TOKEN: "x" },
	globalOutbound: "inherit",
	bindings: { files: {} },
	modules: { "harness.js": "export default 1" },
	mainModule: "harness.js",
	token: "x",
	tenantId: "ten_1",
	agentId: "agt_1",
	seed: "0".repeat(64),
	clockMs: 0,
	timeline: "1,1",
	isReplay: true,
	attempt: 7,
	id: "run_1",
	status: "succeeded",
	usage: { cpuMs: -1 },
};

export const attack = async ({ api }: Scene): Promise<void> => {
	const base = { agent: "hostile", program: PROGRAM, language: "javascript", grants: [] };
	for (const [name, value] of Object.entries(FIELDS)) {
		for (const body of [
			{ ...base, [name]: value },
			{ ...base, limits: { [name]: value } },
			{ ...base, program: { main: "main.js", modules: { "main.js": PROGRAM }, [name]: value } },
		]) {
			// A program has modules of its own.
			if ("modules" in FIELDS && name === "modules" && typeof body.program === "object") continue;
			const answer = await api.request("POST", "/v1/runs", body);
			assert.equal(answer.status, 400, `${name} ${answer.status}`);
			assert.equal(errorOf(answer).code, "invalid_request");
		}
	}
	for (const limits of [{ cpuMs: 1e12 }, { memoryMb: 1e9 }, { wallMs: -1 }, { calls: 1e300 }, { cpuMs: "9" }]) {
		const answer = await api.request("POST", "/v1/runs", { ...base, limits });
		assert.ok(answer.status === 400 || answer.status === 201, JSON.stringify(limits));
	}
	const raw = `{"agent":"hostile","program":${JSON.stringify(PROGRAM)},"language":"javascript","grants":[],"__proto__":{"dryRun":true},"constructor":{"prototype":{"x":1}}}`;
	assert.equal((await api.send("POST", "/v1/runs", raw, { "content-type": "application/json" })).status, 400);
};
