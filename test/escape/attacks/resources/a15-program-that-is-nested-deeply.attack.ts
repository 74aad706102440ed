/*
 * A15 Sends programs that are nested too deeply to be read
 * wall: host
 * ends: held
 */
import assert from "node:assert/strict";
import { errorOf } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const DEPTH = 20_000;
const nested = (open: string, close: string): string => `export default () => ${open.repeat(DEPTH)}1${close.repeat(DEPTH)}`;

export const attack = async ({ api }: Scene): Promise<void> => {
	for (const program of [
		nested("(", ")"),
		nested("[", "]"),
		nested("{a:", "}"),
		nested("`${", "}`"),
		nested("!", ""),
		nested("()=>", ""),
		nested("1?", ":2"),
	]) {
		for (const language of ["javascript", "typescript"]) {
			const answer = await api.request("POST", "/v1/runs", { agent: "hostile", program, language, limits: { cpuMs: 300 } });
			if (answer.status === 201) continue;
			assert.equal(answer.status, 422, program.slice(0, 40));
			assert.match(errorOf(answer).message, /^Compiling/);
		}
	}
};
