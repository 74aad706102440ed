/*
 * X47 Reads and writes files of a run by paths that leave it
 * wall: tenancy
 * covers: E18
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import { sendRaw } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const run = await scene.api.run({
		agent: "hostile",
		grants: ["files"],
		language: "javascript",
		program: "export default (input, env) => env.files.writeText('/workspace/output/own.txt', 'own').then(() => 1)",
	});
	const theirs = scene.victim.runId;
	const base = `/v1/runs/${run.id}/files`;
	const paths = [
		`/../../${theirs}/files/workspace/kept.txt`,
		`/..%2f..%2f${theirs}%2ffiles%2fworkspace%2fkept.txt`,
		"/workspace/output/..%2f..%2f..%2fetc%2fpasswd",
		"/%2fetc%2fpasswd",
		"/etc/passwd",
		"/workspace/output/%00own.txt",
		"/workspace/output/own.txt%00.html",
		"/workspace/output/OWN.TXT",
		"/workspace//output/own.txt",
		"/workspace/output/own.txt/",
		"/workspace/output/./own.txt",
		"/workspace/output/x/%2e%2e/own.txt",
		"/%252e%252e/x",
		"/workspace/output",
		"/",
		`/${"a/".repeat(2_000)}`,
		"/workspace/kept.txt",
	];
	for (const path of paths) {
		const said = await sendRaw(
			scene.url,
			`GET ${base}${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${scene.attacker.key}\r\nConnection: close\r\n\r\n`,
		);
		if (/HTTP\/1\.1 5\d\d/.test(said) || said.includes("root:x") || said.includes(scene.victim.marker))
			throw new Error(`GET ${path}: found ${said.slice(0, 200)}, wanted a refusal`);
	}
	const names = [
		"/workspace/input/../output/a",
		"/etc/passwd",
		"workspace/input/a",
		"/workspace/input/a\u0000b",
		"/workspace/input//a",
		"/workspace/input/./a",
		"",
		"/",
		`/workspace/input/${"a".repeat(5_000)}`,
		"/workspace/output/../../a",
		"\\workspace\\input\\a",
		"/workspace/input/a/",
		"/other/a",
	];
	const probes: Probe[] = names.map((name) => ({
		method: "POST",
		path: "/v1/runs",
		body: { agent: "hostile", program: "export default () => 1", files: { [name]: { text: "x" } } },
	}));
	expectStatuses(probes, await probeAll(scene, probes), [400]);
};
