/*
 * X104 Makes schedules of every second, of no time, of hostile zones and inputs, more than there may be, and for others' agents
 * wall: webhooks
 * ends: held
 */
import { z } from "zod";
import { LIMITS } from "../../../../contract/limits.ts";
import { Schedule } from "../../../../contract/schedules.ts";
import { hookTenant } from "../../hook-tenant.ts";
import { type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";

const CRONS: readonly unknown[] = [
	...[
		"* * * * * *",
		"*/1 * * * * *",
		"*/9 * * * * *",
		"0,5 * * * * *",
		"59,0 * * * * *",
		"0-59 * * * * *",
		"1/9 * * * * *",
		"* * * * * * *",
		"",
		" ",
		"*",
		"@yearly",
		"@reboot",
	],
	...[
		"0 0 30 2 *",
		"0 0 31 2,4,6 *",
		"60 * * * *",
		"-1 * * * *",
		"1e9 * * * *",
		"0 24 * * *",
		"0 0 0 * *",
		"0 0 * 13 *",
		"0 0 * * 9",
		"a b c d e",
		"0 0 * * MON#6",
	],
	...[
		"0\n0 * * *",
		"0 0 * * *\u0000",
		"０ 0 * * *",
		"0  0 * * *",
		"*/0 * * * *",
		"5-1 * * * *",
		"0 0 LW L *",
		"2026-01-01T00:00:00",
		`${"0,".repeat(5_000)}0 * * * *`,
	],
	...[null, 1, [], {}, "* * * * *; rm", "((((((((((* * * * *", `${"1-".repeat(100)} * * * *`],
];
const ZONES: readonly unknown[] = [
	"",
	"UTC\u0000",
	"../../etc/passwd",
	"Europe/../UTC",
	"__proto__",
	"constructor",
	"a".repeat(10_000),
	"Mars/Olympus",
	"+99:99",
	"GMT+25",
	"Europe/Berlin ",
	"\u202eUTC",
	1,
	{},
	"UTC\r\nx",
	"$(id)",
];
const Page = z.object({ data: z.array(z.object({ id: z.string() })) });

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const make = (body: object): Probe => ({
		method: "POST",
		path: "/v1/schedules",
		key: tenant.key,
		body: { agent: "hooked", cron: "0 3 * * *", ...body },
	});
	let deep: unknown = 1;
	for (let level = 0; level < 90; level += 1) deep = [deep];
	const wrong = [
		...CRONS.map((cron) => make({ cron })),
		...ZONES.map((timeZone) => make({ timeZone })),
		make({ input: "x".repeat(LIMITS.scheduleInputChars) }),
		make({ input: Array.from({ length: LIMITS.scheduleInputChars }, () => 1) }),
		...["web", "__proto__"].map((grant) => make({ grants: [grant] })),
		...[
			{ limits: { wallMs: 1e15 } },
			{ limits: { cpuMs: -1 } },
			{ programVersion: 99 },
			{ programVersion: 0 },
			{ programVersion: 1e20 },
			{ isolation: "warm" },
			{ catchUp: "all" },
		].map(make),
		...[
			{ metadata: { a: "x".repeat(100_000) } },
			{ labels: ["trusted"] },
			{ tenantId: scene.victim.id },
			{ id: "x" },
			{ next: [0] },
			{ last: null },
			{ status: "paused" },
		].map(make),
	];
	const refused = await probeAll(scene, wrong, 4);
	const taken = refused.flatMap(({ status, text }, index) =>
		status >= 400 && status < 500 ? [] : [[status, JSON.stringify(wrong[index]?.body).slice(0, 150), text.slice(0, 100)]],
	);
	want(`Schedules of ${wrong.length} that were taken`, taken.length === 0, taken);
	for (const agent of [scene.victim.agentId, "honest", "nobodys"]) {
		const { status, body } = await tenant.api.request("POST", "/v1/schedules", { agent, cron: "0 3 * * *" });
		want(`A schedule for the agent ${agent}`, status === 404, [status, body]);
	}
	const hundred = Array.from({ length: LIMITS.schedulesPerAgent + 20 }, (_, index) => make({ cron: `${index % 60} 3 1 1 *`, input: deep }));
	const made = await probeAll(scene, hundred, 8);
	const ids = made.flatMap(({ status, text }) => (status === 201 ? [Schedule.parse(JSON.parse(text)).id] : []));
	want("Schedules that were made, of more than there may be", ids.length === LIMITS.schedulesPerAgent, ids.length);
	const [id = ""] = ids;
	// Whoever may change a schedule asks for one run out of turn, under one key, many times at once.
	const runs = await Promise.all(
		Array.from({ length: 10 }, () => tenant.api.request("POST", `/v1/schedules/${id}/run`, undefined, { "idempotency-key": "once" })),
	);
	const started = new Set(runs.map(({ body }) => z.object({ id: z.string() }).parse(body).id));
	want(
		"Runs of one key",
		runs.every(({ status }) => status === 202) && started.size === 1,
		runs.map(({ status }) => status),
	);
	const patches = [
		{ cron: "* * * * * *" },
		{ timeZone: "Mars/Olympus" },
		{ input: "x".repeat(70_000) },
		{ agent: scene.victim.agentId },
		{},
	];
	for (const patch of patches)
		want(
			`The change ${JSON.stringify(patch).slice(0, 60)}`,
			(await tenant.api.request("PATCH", `/v1/schedules/${id}`, patch)).status === 400,
			"taken",
		);
	const raced = await Promise.all(
		["pause", "resume", "pause", "run", "resume"]
			.map((verb) => tenant.api.request("POST", `/v1/schedules/${id}/${verb}`))
			.concat(tenant.api.request("DELETE", `/v1/schedules/${id}`)),
	);
	want(
		"Changes that race a deletion",
		raced.every(({ status }) => status < 500),
		raced.map(({ status }) => status),
	);
	want("A schedule that was deleted", (await tenant.api.request("POST", `/v1/schedules/${id}/run`)).status === 404, "found");
	await tenant.api.request("DELETE", `/v1/agents/${tenant.agentId}`);
	const left = await tenant.api.expect(200, Page, "GET", "/v1/schedules?limit=200");
	want(
		"A run by a schedule of an archived agent",
		(await tenant.api.request("POST", `/v1/schedules/${left.data[0]?.id ?? ids[1]}/run`)).status >= 400,
		"started",
	);
};
