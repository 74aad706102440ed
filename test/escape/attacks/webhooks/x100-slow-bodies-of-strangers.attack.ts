/*
 * X100 Opens forty hooks of a tenant with bodies that never end, and watches what is left of the tenant's own requests
 * wall: webhooks
 * covers: J19
 * ends: held
 */
import { openMany } from "../../../platform/raw-socket.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const trigger = await tenant.trigger({ scheme: "standard" });
	const head = [`POST /hooks/${trigger.id} HTTP/1.1`, "Host: x", "Content-Type: application/json", "Transfer-Encoding: chunked"];
	const sockets = await openMany(Number(new URL(scene.url).port), 40, `${head.join("\r\n")}\r\n\r\n5\r\nhello\r\n`);
	try {
		for (let turn = 0; turn < 20; turn += 1) {
			const { status, body } = await tenant.api.request("POST", "/v1/runs", { agent: "hooked", input: turn });
			want("A run of the tenant's own beside strangers' slow bodies", status === 201 || status === 202, [turn, status, body]);
		}
		const right = signedHook("standard", { secret: tenant.secret, body: "{}" });
		wantStatus("A sender's own request beside them", [await sendHook(scene, trigger, right)], 202);
	} finally {
		for (const socket of sockets) socket.destroy();
	}
};
