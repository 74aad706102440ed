/*
 * L06 Sends ten thousand signatures of one message, the right one among the first, the last and past the most
 * wall: webhooks
 * covers: L18
 * ends: held
 */
import { LIMITS } from "../../../../contract/limits.ts";
import { hookTenant, newHookSecret } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { type HookRequest, sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

/** Where its signatures stand, and how they are written one behind the other. */
const LISTS = {
	standard: { header: "webhook-signature", write: (all: readonly string[]) => all.map((each) => `v1,${each}`).join(" "), read: /v1,(.*)$/ },
	stripe: { header: "stripe-signature", write: (all: readonly string[]) => all.map((each) => `v1=${each}`).join(","), read: /v1=(.*)$/ },
} as const;

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	for (const scheme of ["standard", "stripe"] as const) {
		const { header, write, read } = LISTS[scheme];
		const trigger = await tenant.trigger({ scheme });
		const withAll = (secret: string, body: string, at: number, count: number): HookRequest => {
			const { headers } = signedHook(scheme, { secret, body, id: body });
			const text = headers[header] ?? "";
			const [, right = ""] = read.exec(text) ?? [];
			const wrong = scheme === "stripe" ? "0".repeat(64) : `${"A".repeat(43)}=`;
			const all = Array.from({ length: count }, (_, index) => (index === at ? right : wrong));
			const time = scheme === "stripe" ? `${text.split(",")[0]},` : "";
			return { headers: { ...headers, [header]: `${time}${write(all)}` }, body };
		};
		const most = LIMITS.hookSignatures;
		const refused = [most, most + 1, 100].map((at) => withAll(tenant.secret, `{"id":"past-${at}"}`, at, at + 1));
		const thousands = [0, 9_999].map((at) => withAll(tenant.secret, `{"id":"of-10000-${at}"}`, at, 10_000));
		const answers = await Promise.all([...refused, ...thousands].map((each) => sendHook(scene, trigger, each).catch(tooLargeAHead)));
		wantStatus(`Too many signatures of ${scheme}`, answers, 401, 400, 413, 431);
		wantStatus(
			`The last signature that is looked at`,
			[await sendHook(scene, trigger, withAll(tenant.secret, '{"id":"last"}', most - 1, most))],
			202,
		);
		const next = newHookSecret();
		const name = `next_${scheme}`;
		await tenant.api.request("PUT", `/v1/secrets/${name}`, { value: next });
		await tenant.api.request("POST", `/v1/triggers/${trigger.id}/roll`, { secret: name, overlapSeconds: 60 });
		for (const [index, secret] of [tenant.secret, next].entries())
			wantStatus(
				"A signature within the overlap",
				[await sendHook(scene, trigger, withAll(secret, `{"id":"overlap-${index}"}`, 1, 2))],
				202,
			);
		await tenant.api.request("PATCH", `/v1/triggers/${trigger.id}`, { secret: name });
		wantStatus("A signature of the secret before", [await sendHook(scene, trigger, withAll(tenant.secret, '{"id":"old"}', 0, 1))], 401);
		wantStatus("A signature of the secret that counts", [await sendHook(scene, trigger, withAll(next, '{"id":"new"}', 0, 1))], 202);
	}
	const runs = await tenant.runs();
	want("Runs beside the right ones", runs.length === 8, runs.length);
};

/** A head past what the server takes breaks the connection off. */
const tooLargeAHead = (error: unknown) => {
	if (error instanceof TypeError) return { status: 431, text: "", headers: new Headers() };
	throw error;
};
