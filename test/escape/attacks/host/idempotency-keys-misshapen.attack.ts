/*
 * K04 Sends idempotency keys that are empty, too long, or hold what no key may
 * wall: idempotency
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import { sendRaw, statusesOf } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const body = { language: "javascript", program: "export default () => 1" };
	const probes: Probe[] = ["", "x".repeat(256), "x".repeat(10_000), "é", "a\tb", "\u00ff"].map((key) => ({
		method: "POST",
		path: "/v1/runs",
		body,
		headers: { "idempotency-key": key },
	}));
	expectStatuses(probes, await probeAll(scene, probes), [400]);
	const text = JSON.stringify(body);
	for (const bad of ["a\u0000b", "a\rb", "a\u0001b"]) {
		const said = await sendRaw(
			scene.url,
			`POST /v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${scene.attacker.key}\r\nIdempotency-Key: ${bad}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
		);
		if (statusesOf(said).some((status) => status < 400 || status >= 500))
			throw new Error(`Idempotency-Key ${JSON.stringify(bad)}: found ${said.slice(0, 120)}, wanted a refusal`);
	}
};
