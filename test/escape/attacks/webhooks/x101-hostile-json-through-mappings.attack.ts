/*
 * X101 Sends signed JSON of every hostile shape through filters and mappings with hostile paths
 * wall: webhooks
 * covers: J11, C20
 * ends: held
 */
import { HookRun } from "../../../../contract/triggers.ts";
import { runEnded } from "../../../platform/run-to-end.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { type HookAnswer, sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const deepObject = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const REFUSED = [
	deep(10_000),
	deepObject(10_000),
	deep(101),
	`[${"1,".repeat(450_000)}1]`,
	"{",
	"nul",
	'{"a":1,}',
	"\ud800",
	'{"a":01}',
	"NaN",
	'{"a":"\u0001"}',
	'﻿{"a":1}{',
];
const TAKEN = [
	'{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"then":1,"toJSON":1}',
	'{"a":1,"a":2,"":3,"$from":"0","default":1}',
	'{"a":1e308,"b":-0,"c":123456789012345678901234567890,"d":5e-324,"e":1E400}',
	'[{"$from":"1.authorization"},"$bigint","$undefined",{"$":"map"}]',
	`{"${"k".repeat(100_000)}":"\\u0000\\ud800\\u2028"}`,
	`{"length":-1,"0":"a","hasOwnProperty":null,"valueOf":"x"}`,
	deep(100),
	"null",
	'"text"',
	"1e999",
];
const PROGRAM = `export default async (input) => [{}.polluted === undefined, [].polluted === undefined, Object.keys({}).length, JSON.stringify(input)?.length ?? 0];`;

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene, { program: PROGRAM });
	const paths = [
		"0.__proto__",
		"0.__proto__.polluted",
		"0.constructor.prototype",
		"0.toString",
		"0.length",
		"0.hasOwnProperty",
		"1.constructor",
		"1.__proto__",
		["0", ""],
	];
	const mapping = { plain: 1, list: paths.map((path) => ({ $from: path, default: "none" })), all: { $from: "0" }, headers: { $from: "1" } };
	const filter = {
		any: [...paths.map((argument) => ({ argument, exists: true })), ...paths.map((argument) => ({ argument, exists: false }))],
	};
	const triggers = [
		await tenant.trigger({ scheme: "github" }),
		await tenant.trigger({ scheme: "github", input: mapping }),
		await tenant.trigger({ scheme: "github", input: mapping, filter }),
		await tenant.trigger({ scheme: "stripe", input: { $from: ["0", "a"] }, filter: { argument: "0.__proto__", exists: true } }),
	];
	const answers: HookAnswer[] = [];
	for (const [index, trigger] of triggers.entries()) {
		const send = (body: string) => sendHook(scene, trigger, signedHook(trigger.scheme, { secret: tenant.secret, body }));
		wantStatus(`JSON that is none, at trigger ${index}`, await Promise.all(REFUSED.map(send)), 400, 413);
		answers.push(...(await Promise.all(TAKEN.map(send))));
	}
	wantStatus("JSON of hostile shapes", answers, 200, 202, 400, 413, 422);
	const started = answers.flatMap(({ status, text }) => (status === 202 ? [HookRun.parse(JSON.parse(text)).run] : []));
	want("Runs of hostile shapes", started.length >= TAKEN.length, started.length);
	for (const id of started) {
		const run = await runEnded(tenant.api, id);
		const isPlain =
			run.status === "succeeded" && Array.isArray(run.result) && run.result[0] === true && run.result[1] === true && run.result[2] === 0;
		want("What a program sees of them", isPlain, [run.status, run.error, run.result]);
	}
	const form = `payload=${encodeURIComponent('{"a":1}')}&payload=${encodeURIComponent('{"a":2}')}&__proto__=1&constructor=2`;
	const type = { "content-type": "application/x-www-form-urlencoded" };
	const [first] = triggers;
	if (first === undefined) return;
	wantStatus(
		"A form with a field twice",
		[await sendHook(scene, first, signedHook("github", { secret: tenant.secret, body: form }, type))],
		202,
	);
	const fields = "a=b&".repeat(10_000);
	wantStatus(
		"A form of ten thousand fields",
		[await sendHook(scene, first, signedHook("github", { secret: tenant.secret, body: fields }, type))],
		400,
		413,
	);
	const nested: unknown[] = [
		JSON.parse(deepObject(60)),
		{ $from: "2.a" },
		{ $from: "0.a", other: 1 },
		{ $from: 1 },
		{ $from: "" },
		{ $from: "a.b" },
		{ $from: ["0", 1] },
		"x".repeat(40_000),
	];
	for (const input of nested) {
		const made = await tenant.api.request("POST", "/v1/triggers", { agent: "hooked", scheme: "github", secret: "hook", input });
		want(`The mapping ${JSON.stringify(input).slice(0, 60)}`, made.status === 400, made);
	}
};
