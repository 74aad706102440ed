/*
 * L07 Moves characters between the id, the time and the body of signed messages, so that the signed text stays the same
 * wall: webhooks
 * ends: held
 */
import { hookTenant, OWN_HMAC } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { type HookRequest, seconds, sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const [standard, stripe, slack, hmac] = [
		await tenant.trigger({ scheme: "standard" }),
		await tenant.trigger({ scheme: "stripe" }),
		await tenant.trigger({ scheme: "slack" }),
		await tenant.trigger({ scheme: "hmac", hmac: { ...OWN_HMAC, signed: "{timestamp}{body}" } }),
	];
	const time = seconds();
	const ids = ["a.b", ".", "a.", ".a", `a.${time}`, "a b", "a\tb", "é", "a".repeat(300), "a,b\u00a0"];
	const odd = ids.map((id) => sendHook(scene, standard, signedHook("standard", { secret: tenant.secret, body: "{}", id })));
	wantStatus("Ids with what no id has", await Promise.all(odd), 401);
	// One text is signed: `msg.<time>.<time>.{}`; every other cut of it must be refused.
	const of = (id: string, at: string, body: string): HookRequest => {
		const { headers } = signedHook("standard", { secret: tenant.secret, body: `${time}.{}`, id: "msg", time });
		return { headers: { ...headers, "webhook-id": id, "webhook-timestamp": at }, body };
	};
	// It is its sender's, and no JSON.
	wantStatus("The text as it was signed", [await sendHook(scene, standard, of("msg", time, `${time}.{}`))], 400);
	const cuts = [of(`msg.${time}`, time, "{}"), of("msg", `${time}.${time}`, "{}"), of("", `msg.${time}`, `${time}.{}`)];
	wantStatus("The same text, cut elsewhere", await Promise.all(cuts.map((each) => sendHook(scene, standard, each))), 401);
	const cut = (scheme: "stripe" | "slack", header: string, from: string, to: string): HookRequest => {
		const { headers } = signedHook(scheme, { secret: tenant.secret, body: `${time}.{}`, time });
		const moved = Object.fromEntries(
			Object.entries(headers).map(([name, value]) => [name, name === header ? value.replace(from, to) : value]),
		);
		return { headers: moved, body: "{}" };
	};
	wantStatus(
		"A time with a dot in it",
		[await sendHook(scene, stripe, cut("stripe", "stripe-signature", `t=${time}`, `t=${time}.${time}`))],
		401,
	);
	wantStatus(
		"A time with a colon in it",
		[await sendHook(scene, slack, cut("slack", "x-slack-request-timestamp", time, `${time}:${time}`))],
		401,
	);
	// Its owner let the time and the body touch: a digit goes over, and the time is none of now.
	const touching = signedHook("hmac", { secret: tenant.secret, body: "x" });
	const headers = { ...touching.headers, "x-own-time": time.slice(0, -1) };
	wantStatus("A digit of the time in the body", [await sendHook(scene, hmac, { headers, body: `${time.at(-1)}x` })], 401);
	const runs = await tenant.runs();
	want("Runs of any of these", runs.length === 0, runs.length);
};
