/*
 * L04 Sends one signed message many times at once, later, with another id, another body under the id, and after every change of its trigger
 * wall: webhooks
 * ends: held
 */
import { SCHEMES } from "../../../../contract/triggers.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { seconds, sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

const AT_ONCE = 20;

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	let started = 0;
	for (const scheme of SCHEMES) {
		const trigger = await tenant.trigger({ scheme });
		const body = `{"id":"evt_1","event_id":"Ev1","scheme":"${scheme}"}`;
		const message = signedHook(scheme, { secret: tenant.secret, body });
		const many = await Promise.all(Array.from({ length: AT_ONCE }, () => sendHook(scene, trigger, message)));
		wantStatus(`${AT_ONCE} of one message of ${scheme}`, many, 202);
		started += 1;
		const same = async (what: string, request: Parameters<typeof sendHook>[2]): Promise<void> => {
			const answer = await sendHook(scene, trigger, request);
			wantStatus(`${what} of ${scheme}`, [answer], 202);
			want(`${what} of ${scheme}`, answer.text === many[0]?.text, answer.text);
		};
		want(
			`Answers to one message of ${scheme}`,
			many.every(({ text }) => text === many[0]?.text),
			many.map(({ text }) => text),
		);
		await same("The message with other headers", {
			...message,
			headers: { ...message.headers, "x-new": "1", "content-type": "application/json; a=b" },
		});
		if (scheme === "github") await same("The body under another id", signedHook(scheme, { secret: tenant.secret, body, id: "fresh-guid" }));
		if (scheme === "github" || scheme === "hmac")
			await same("The message with an id of no form", {
				...message,
				headers: { ...message.headers, "x-github-delivery": "", "x-own-id": "another" },
			});
		if (scheme === "standard" || scheme === "stripe" || scheme === "slack") {
			const other = `{"id":"evt_1","event_id":"Ev1","other":true}`;
			await same(
				"Another body under the id, with another time",
				signedHook(scheme, { secret: tenant.secret, body: other, time: seconds(-1) }),
			);
		}
		if (scheme !== "github") {
			const late = signedHook(scheme, { secret: tenant.secret, body, time: seconds(-310), id: "late" });
			wantStatus(`A message of ${scheme} past its window`, [await sendHook(scene, trigger, late)], 401);
			wantStatus(
				`Its time written anew`,
				[await sendHook(scene, trigger, { body, headers: { ...message.headers, ...newTime(message.headers) } })],
				401,
			);
		}
		await tenant.api.request("PATCH", `/v1/triggers/${trigger.id}`, { filter: { method: "never" } });
		await same("The message after the filter was changed", message);
		await tenant.api.request("POST", `/v1/triggers/${trigger.id}/disable`);
		wantStatus(`The message of ${scheme} to a disabled trigger`, [await sendHook(scene, trigger, message)], 404);
		await tenant.api.request("POST", `/v1/triggers/${trigger.id}/enable`);
		await same("The message after it was enabled again", message);
		const [noted, ...more] = await tenant.requests(trigger);
		want(`The one request of ${scheme} that is noted`, more.length === 0 && (noted?.repeats ?? 0) >= AT_ONCE, noted);
	}
	const runs = await tenant.runs();
	want("Runs beside the first ones", runs.length === started, runs.length);
};

/** Names of headers that hold a time, with another one. */
const newTime = (headers: Readonly<Record<string, string>>): Record<string, string> =>
	Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]): [string, string][] => {
			if (/time/.test(name)) return [[name, seconds(-100)]];
			return name === "stripe-signature" ? [[name, value.replace(/t=\d+/, `t=${seconds(-100)}`)]] : [];
		}),
	);
