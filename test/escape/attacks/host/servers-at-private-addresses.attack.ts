/*
 * H25 Registers tool servers and models at private addresses, and refreshes one that redirects there
 * wall: egress
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { port } = scene.forbidden;
	const urls = [
		`http://127.0.0.1:${port}/`,
		`https://127.0.0.1:${port}/`,
		`http://localhost:${port}/`,
		`http://[::1]:${port}/`,
		`http://[::ffff:7f00:1]:${port}/`,
		`http://2130706433:${port}/`,
		"https://169.254.169.254/latest/",
		"https://10.0.0.1/",
		"https://[64:ff9b::a9fe:a9fe]/",
		"https://metadata.google.internal/",
		`http://${scene.upstream.host}@127.0.0.1:${port}/`,
		"file:///etc/passwd",
		"http://api.example.com/",
		"ftp://api.example.com/",
		"https://intranet/",
		"//127.0.0.1/",
		"",
	];
	const document = { openapi: "3.1.0", info: { title: "x", version: "1" }, paths: { "/a": { get: { operationId: "a", responses: {} } } } };
	const route = { model: "m", secret: "model_key", usdMicrosPerMillionInput: 1, usdMicrosPerMillionOutput: 1 };
	const probes: Probe[] = urls.flatMap((url, index) => [
		{ method: "PUT", path: `/v1/tools/inward-${index}`, body: { kind: "mcp", url } },
		{ method: "PUT", path: `/v1/tools/inward-${index}`, body: { kind: "openapi", url } },
		{ method: "PUT", path: `/v1/tools/inward-${index}`, body: { kind: "openapi", url, document } },
		{ method: "PUT", path: `/v1/tools/inward-${index}`, body: { kind: "openapi", document: { ...document, servers: [{ url }] } } },
		{ method: "PUT", path: `/v1/models/inward-${index}`, body: { routes: [{ ...route, provider: "openai-compatible", baseUrl: url }] } },
		{ method: "PUT", path: `/v1/models/inward-${index}`, body: { routes: [{ ...route, provider: "anthropic", baseUrl: url }] } },
	]);
	expectStatuses(probes, await probeAll(scene, probes), [400]);
	const redirect = `http://${scene.upstream.host}/redirect?to=${encodeURIComponent(`http://127.0.0.1:${port}/`)}`;
	const led: Probe[] = ["mcp", "openapi"].map((kind) => ({ method: "PUT", path: `/v1/tools/led-${kind}`, body: { kind, url: redirect } }));
	const answers = await probeAll(scene, led);
	if (answers.some(({ status, text }) => status < 400 && !text.includes('"error"')))
		throw new Error("A tool server that redirects: found it taken, wanted a refusal");
};
