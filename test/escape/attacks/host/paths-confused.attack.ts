/*
 * J13 Writes paths that a router and a check may read differently, without a key
 * wall: keys
 * ends: held
 */
import { sendRaw, statusesOf } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const paths = [
		"/v1/runs",
		"//v1/runs",
		"/v1//runs",
		"/v1/./runs",
		"/v1/x/../runs",
		"/healthz/../v1/runs",
		"/healthz/..%2fv1/runs",
		"/healthz%2f..%2fv1%2fruns",
		"/v1/runs/",
		"/V1/RUNS",
		"/v1/runs%00",
		"/v1/runs%20",
		"/v1/runs;x=1",
		"/v1/runs%3fx",
		"/v1%2fruns",
		"/v1/%72uns",
		"/%76%31/runs",
		"/v1/runs/..%2fkeys",
		"/v1/runs/%2e%2e/keys",
		"/v1/runs/%252e%252e/keys",
		"/v1\\runs",
		"/openapi.json/../v1/runs",
		"/openapi.json/v1/runs",
		"/healthz/v1/runs",
		"/v1/runs#/healthz",
		"/v1/runs?/healthz",
		"/v1/runs%23/healthz",
		`/v1/runs/${scene.victim.runId}`,
		`/v1/runs/${scene.victim.runId}%2f`,
		`/v1/runs/x%2f..%2f${scene.victim.runId}`,
		`/healthz?/v1/runs/${scene.victim.runId}`,
		`/v1/runs/${scene.victim.runId}/files/workspace/kept.txt`,
		`/v1/runs/${scene.victim.runId}/files/..%2f..%2f..%2fetc%2fpasswd`,
		`http://127.0.0.1/v1/runs`,
		`http://127.0.0.1/healthz/../v1/runs`,
	];
	for (const path of paths) {
		const said = await sendRaw(scene.url, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
		const [status = 0] = statusesOf(said);
		const isHealth = said.includes('"executors"') && !said.includes('"data"');
		if (status >= 500 || (status < 400 && !isHealth) || said.includes(scene.victim.marker))
			throw new Error(`GET ${path}: found ${said.slice(0, 200)}, wanted a refusal`);
	}
};
