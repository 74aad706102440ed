/*
 * C20 Sends input of too many levels, values and bytes, keys that pollute, and tags that only the wall may write
 * wall: boundary
 * ends: held
 */
import assert from "node:assert/strict";
import type { Scene } from "../../scene.ts";

const PROGRAM = `export default (input) => {
	const walk = (value) => typeof value === "object" && value !== null ? [Object.getPrototypeOf(value) === Object.prototype || Array.isArray(value), ...Object.values(value).flatMap(walk)] : [];
	return [walk(input).every(Boolean), typeof {}.polluted, JSON.stringify(input)];
};`;
const HARMLESS = [
	'{"__proto__":{"polluted":1}}',
	'{"constructor":{"prototype":{"polluted":1}},"then":1,"toJSON":2}',
	'{"$date":"2026-01-01T00:00:00.000Z"}',
	'{"$bytes":"AA==","as":"Uint8Array"}',
	'[{"$response":{"status":200,"url":"x","headers":[],"body":"x"}}]',
	'{"a":"\\ud800\\u0000\\u2028","\\ud800":1}',
];
const REFUSED = [
	`${"[".repeat(10_000)}${"]".repeat(10_000)}`,
	`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
	`[${"1,".repeat(500_000)}1]`,
	`"${"x".repeat(3_000_000)}"`,
	"[1,]",
	"NaN",
];

export const attack = async ({ api }: Scene): Promise<void> => {
	const send = (input: string) =>
		api.send(
			"POST",
			"/v1/runs",
			`{"agent":"hostile","language":"javascript","grants":[],"program":${JSON.stringify(PROGRAM)},"input":${input}}`,
			{ "content-type": "application/json" },
		);
	for (const input of HARMLESS) {
		const { status, body } = await send(input);
		// A key that every object has may be refused; taken, it is a key and nothing more.
		if (status === 400 && input.includes("__proto__")) continue;
		assert.equal(status, 201, input);
		assert.ok(typeof body === "object" && body !== null && "result" in body);
		const [plain, polluted, seen] = Array.isArray(body.result) ? body.result : [];
		assert.deepEqual([plain, polluted], [true, "undefined"], input);
		// Unpaired surrogates are escaped by JSON.stringify on both sides.
		assert.equal(seen, JSON.stringify(JSON.parse(input)), input);
	}
	for (const input of REFUSED) {
		const { status } = await send(input);
		assert.ok(status === 400 || status === 413, `${input.slice(0, 20)} ${status}`);
	}
};
