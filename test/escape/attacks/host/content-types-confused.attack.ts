/*
 * J12 Says that a body is something else, or compressed, or nothing
 * wall: host
 * ends: held
 */
import { gzipSync } from "node:zlib";
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const body = '{"program":"export default () => 1"}';
	const types = [
		"text/plain",
		"text/html",
		"application/x-www-form-urlencoded",
		"multipart/form-data; boundary=x",
		"application/xml",
		"application/json, text/plain",
		"application/json; charset=utf-16",
		"application/json; charset=utf-8; charset=utf-7",
		"application/jsonp",
		"application/problem+json",
		"json",
		"*/*",
		"text/json",
		"application/json\u00a0",
		"APPLICATION/JSON;x=y",
	];
	const packed = new Uint8Array(gzipSync(Buffer.alloc(8_000_000, 32)));
	const probes: Probe[] = [
		...types.map((type) => ({ method: "POST", path: "/v1/runs", body, headers: { "content-type": type } })),
		...["gzip", "br", "deflate", "zstd", "compress", "identity, gzip", "x"].map((coding) => ({
			method: "POST",
			path: "/v1/runs",
			body: packed,
			headers: { "content-encoding": coding },
		})),
	];
	expectStatuses(probes, await probeAll(scene, probes), [400, 413, 415]);
};
