/*
 * E04 Brings modules under the names of the harness, the runtime, paths and prototypes
 * wall: isolate
 * ends: held
 */
import assert from "node:assert/strict";
import { errorOf } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const REFUSED = [
	"../harness.js",
	"__proto__",
	"cloudflare:workers",
	"node:fs",
	"constructor",
	"/main.js",
	"a/../../x.js",
	"",
	".",
	"a\0.js",
];

export const attack = async ({ api }: Scene): Promise<void> => {
	const post = (name: string) =>
		api.send(
			"POST",
			"/v1/runs",
			`{"agent":"hostile","language":"javascript","program":{"main":${JSON.stringify(name)},"modules":{${JSON.stringify(name)}:"export default () => 1"}}}`,
			{ "content-type": "application/json" },
		);
	for (const name of REFUSED) {
		const answer = await post(name);
		assert.ok([400, 422].includes(answer.status), `${name}: ${answer.status}`);
		assert.ok(["invalid_program", "invalid_request"].includes(errorOf(answer).code), name);
	}
	// A program's own harness.js stands beside the host's, not in its place.
	assert.equal((await post("harness.js")).status, 201);
};
