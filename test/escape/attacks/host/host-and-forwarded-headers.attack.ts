/*
 * X43 Says that the API has another host, another address and another scheme
 * wall: host
 * ends: held
 */
import { probeAll } from "../../probe.ts";
import { sendRaw } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { key } = scene.attacker;
	const body = JSON.stringify({ language: "javascript", program: "export default () => 1", wait: 0 });
	for (const host of [
		"evil.test",
		"evil.test:80",
		"evil.test@127.0.0.1",
		"127.0.0.1, evil.test",
		"evil.test\r\nX-Smuggled: 1",
		"",
		"[::1",
		"evil.test/x?",
	]) {
		const said = await sendRaw(
			scene.url,
			`POST /v1/runs HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: gopher\r\nForwarded: host=evil.test\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
		);
		if (/^location:.*evil/im.test(said) || /HTTP\/1\.1 5(?!01|05)\d\d/.test(said))
			throw new Error(`Host ${JSON.stringify(host)}: found ${said.slice(0, 200)}, wanted no answer that leads there`);
	}
	const claims = {
		"x-forwarded-for": "127.0.0.1",
		"x-real-ip": "127.0.0.1",
		"cf-connecting-ip": "127.0.0.1",
		"x-cordon-tenant": scene.victim.id,
		"x-tenant-id": scene.victim.id,
		"x-user-id": scene.victim.id,
		"x-internal": "1",
		"cf-worker": "cordon",
		"mf-original-url": "http://127.0.0.1/v1/tenants",
		"x-original-url": "/v1/tenants",
		"x-rewrite-url": "/v1/tenants",
		"x-request-id": "ESCAPED",
	};
	const probes = Object.entries(claims).flatMap(([name, value]) => [
		{ path: "/v1/tenants", headers: { [name]: value } },
		{ path: "/v1/runs", key: null, headers: { [name]: value } },
		{ path: `/v1/runs/${scene.victim.runId}`, headers: { [name]: value } },
	]);
	const answers = await probeAll(scene, probes);
	const open = answers.findIndex(({ status, headers }) => ![401, 404].includes(status) || headers.get("x-request-id") === "ESCAPED");
	if (open !== -1)
		throw new Error(
			`With ${JSON.stringify(probes[open]?.headers)}: found ${answers[open]?.status} ${answers[open]?.text.slice(0, 100)}, wanted the header ignored`,
		);
};
