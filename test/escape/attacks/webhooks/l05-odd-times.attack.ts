/*
 * L05 Signs messages of times that are ahead, long ago, negative, broken, in other notations, or none
 * wall: webhooks
 * ends: held
 */
import { hookTenant, OWN_HMAC } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { seconds, sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

const now = (): number => Math.floor(Date.now() / 1000);
/** Those that are ahead are so by more than it can take to send them all: they would come to be right. */
const oddTimes = (toleranceSeconds: number): string[] => [
	...["0", "-1", `-${now()}`, `+${now()}`, "1e20", "1e9", "NaN", "Infinity", "", " ", "null", "now", "1", "9".repeat(15), "9".repeat(400)],
	...[
		`${now()}.0`,
		`${now()}.5`,
		`0${now()}`,
		` ${now()}x`,
		`${now()}\u00a0`,
		`0x${now().toString(16)}`,
		`${now()},${now()}`,
		`${now()} ${now()}`,
	],
	...[
		seconds(900),
		seconds(86_400),
		seconds(-toleranceSeconds - 10),
		seconds(-86_400),
		String(now() * 1000),
		String(Date.now() * 1000),
		new Date().toISOString(),
	],
	...["\u0661\u0667\u0669\u0665", "１７９５０００００0", `${now()}n`, `${now()}_0`],
];
const isHeader = (text: string): boolean => /^[\t -~\u0080-\u00ff]*$/.test(text);

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const milliseconds = { ...OWN_HMAC, timestamp: { ...OWN_HMAC.timestamp, unit: "milliseconds" } };
	const triggers = [
		...(await Promise.all(
			(["standard", "stripe", "slack", "hmac"] as const).map(async (scheme) => ({
				scheme,
				trigger: await tenant.trigger({ scheme, toleranceSeconds: 300 }),
			})),
		)),
		{ scheme: "hmac" as const, trigger: await tenant.trigger({ scheme: "hmac", hmac: milliseconds }) },
		// A window of an hour is one backwards: nobody signs an hour ahead.
		{ scheme: "standard" as const, trigger: await tenant.trigger({ scheme: "standard", toleranceSeconds: 3_600 }) },
	];
	for (const [index, { scheme, trigger }] of triggers.entries()) {
		const isMilliseconds = trigger.hmac?.timestamp?.unit === "milliseconds";
		const wrong = oddTimes(trigger.toleranceSeconds).filter(
			(time) => isHeader(time) && !(isMilliseconds && Math.abs(Number(time) - Date.now()) < 300_000),
		);
		const tries = wrong.map((time) => {
			const signed = signedHook(scheme, {
				secret: tenant.secret,
				body: '{"n":1}',
				time: time.replace(/^[\t ]+|[\t ]+$/g, ""),
				id: `msg-${index}`,
			});
			return sendHook(scene, trigger, signed).then((answer) => ({ ...answer, text: `${time}: ${answer.text}` }));
		});
		wantStatus(`Odd times of ${scheme} ${trigger.toleranceSeconds}`, await Promise.all(tries), 401);
		const time = isMilliseconds ? String(Date.now()) : seconds();
		const right = signedHook(scheme, { secret: tenant.secret, body: '{"n":2}', time });
		wantStatus(`The right time of ${scheme}`, [await sendHook(scene, trigger, right)], 202);
	}
	const runs = await tenant.runs();
	want("Runs beside the right ones", runs.length === triggers.length, runs.length);
};
