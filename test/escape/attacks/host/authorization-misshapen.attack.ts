/*
 * J01 Sends Authorization in every wrong shape
 * wall: keys
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import { sendRaw, statusesOf } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { key } = scene.attacker;
	const values = [
		"",
		" ",
		"Bearer",
		"Bearer ",
		`Basic ${key}`,
		key,
		`bearer${key}`,
		`Bearer\u00a0${key}`,
		`Bearer ${key} ${key}`,
		`Bearer ${key},`,
		`Bearer "${key}"`,
		`Bearer ${key}\u0001`.replace("\u0001", "~"),
		`Bearer ${key.slice(0, -1)}`,
		`Bearer ${key}x`,
		`Bearer ${key.toUpperCase()}`,
		`Bearer ${encodeURIComponent(key)}%20`,
		`Bearer ${"x".repeat(10_000)}`,
		"Bearer cordon_",
		"Bearer é",
		`Token ${key}`,
		`Digest username="${key}"`,
		"Negotiate YII=",
		`Bearer null`,
	];
	const probes: Probe[] = values.map((authorization) => ({ path: "/v1/runs", key: null, headers: { authorization } }));
	const answers = await probeAll(scene, probes);
	expectStatuses(probes, answers, [401]);
	const said = new Set(answers.map(({ text }) => text.replaceAll(/"requestId":"[^"]*"/g, "")));
	if (said.size !== 1) throw new Error(`Refusals: found ${said.size} wordings, wanted one for every cause`);
	const twice = await sendRaw(
		scene.url,
		`GET /v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\n\r\n`,
	);
	if (statusesOf(twice).some((status) => status < 400)) throw new Error("Two Authorization headers: found an answer, wanted a refusal");
};
