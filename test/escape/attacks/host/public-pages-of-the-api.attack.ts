/*
 * X49 Reads what anybody may read, for what is anybody's
 * wall: tenancy
 * ends: held
 */
import { operationProbes } from "../../operation-probes.ts";
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const open = operationProbes([]).filter(({ access, method }) => access.kind === "public" && method === "GET");
	for (const { path } of open) {
		for (const more of ["", "?verbose=1", "?debug=true", "?tenant=local"]) {
			const { text } = await probe(scene, { path: `${path}${more}`, key: null });
			const found = /\b(?:ten|run|key)_[0-9a-hjkmnp-tv-z]{26}|cordon_[A-Za-z0-9]{20}|\/tmp\/cordon|"pid"/.exec(text)?.[0];
			if (found !== undefined) throw new Error(`GET ${path}: found ${found.slice(0, 12)}, wanted nothing of anybody's`);
		}
	}
	for (const path of [
		"/",
		"/admin",
		"/metrics",
		"/debug",
		"/.env",
		"/favicon.ico",
		"/robots.txt",
		"/v1",
		"/v1/",
		"/v2/runs",
		"/internal",
		"/openapi.yaml",
	]) {
		const { status } = await probe(scene, { path, key: null });
		if (status !== 404 && status !== 401) throw new Error(`GET ${path}: found ${status}, wanted 404`);
	}
};
