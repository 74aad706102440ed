/*
 * J15 Asks from other origins, as a browser does, and looks for what would let a page read the answer
 * wall: viewer
 * covers: J16, J18
 * ends: held
 */
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const origins = [
		"null",
		"https://evil.test",
		scene.url,
		"http://localhost",
		`${scene.url}.evil.test`,
		"file://",
		"https://evil.test\u00a0".trim(),
		"chrome-extension://x",
	];
	for (const origin of origins)
		for (const method of ["GET", "OPTIONS"]) {
			const asked = {
				origin,
				"access-control-request-method": "POST",
				"access-control-request-headers": "authorization",
				"access-control-request-private-network": "true",
				cookie: "session=1",
			};
			for (const key of [scene.attacker.key, null]) {
				const { headers } = await probe(scene, { method, path: "/v1/runs", key, headers: asked });
				const allowing = [...headers.keys()].filter(
					(name) => name.startsWith("access-control-") || name === "set-cookie" || name === "timing-allow-origin",
				);
				if (allowing.length > 0) throw new Error(`${method} from ${origin}: found ${allowing.join(", ")}, wanted no header of the kind`);
			}
		}
};
