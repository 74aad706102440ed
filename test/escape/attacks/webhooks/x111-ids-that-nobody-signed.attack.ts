/*
 * X111 Puts the id of a message that is still to come on a captured one, so that the genuine message would be taken for its repeat and start nothing
 * wall: webhooks
 * ends: held
 */
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

/** The schemes whose ids stand in a header that is not signed. */
const UNSIGNED = { github: "x-github-delivery", hmac: "x-own-id" } as const;

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	let started = 0;
	for (const scheme of ["github", "hmac"] as const) {
		const trigger = await tenant.trigger({ scheme });
		const captured = signedHook(scheme, { secret: tenant.secret, body: `{"captured":"${scheme}"}` });
		const first = await sendHook(scene, trigger, { ...captured, headers: { ...captured.headers, [UNSIGNED[scheme]]: "to-come" } });
		const genuine = signedHook(scheme, { secret: tenant.secret, body: `{"genuine":"${scheme}"}` });
		const second = await sendHook(scene, trigger, { ...genuine, headers: { ...genuine.headers, [UNSIGNED[scheme]]: "to-come" } });
		wantStatus(`Messages of ${scheme}`, [first, second], 202);
		want(`The genuine message of ${scheme}`, first.text !== second.text, second.text);
		started += 2;
	}
	const runs = await tenant.runs();
	want("Runs of the messages", runs.length === started, runs.length);
};
