/*
 * A16 Sends programs of too many modules, of too much text, and of modules that import each other in a long row
 * wall: host
 * ends: held
 */
import assert from "node:assert/strict";
import { LIMITS } from "../../../../contract/limits.ts";
import { errorOf } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const modulesOf = (count: number, text: (index: number) => string): { main: string; modules: Record<string, string> } => ({
	main: "m0.js",
	modules: Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}.js`, text(index)])),
});

export const attack = async ({ api }: Scene): Promise<void> => {
	const post = async (program: unknown): Promise<[number, string]> => {
		const answer = await api.request("POST", "/v1/runs", { agent: "hostile", program, language: "javascript" });
		return [answer.status, answer.status < 300 ? "" : errorOf(answer).code];
	};
	const one = "export default () => 1";
	assert.deepEqual(await post(modulesOf(LIMITS.programModules + 1, () => one)), [400, "invalid_request"]);
	assert.deepEqual(await post(`${one} // ${"x".repeat(LIMITS.programBytes)}`), [400, "invalid_request"]);
	assert.deepEqual(await post(`${one} // ${"x".repeat(LIMITS.bodyBytes)}`), [413, "payload_too_large"]);
	const chain = modulesOf(LIMITS.programModules, (index) =>
		index === LIMITS.programModules - 1
			? "export const n = 1"
			: `import { n } from "./m${index + 1}.js"; export { n }; export default () => n;`,
	);
	assert.deepEqual(await post(chain), [201, ""]);
};
