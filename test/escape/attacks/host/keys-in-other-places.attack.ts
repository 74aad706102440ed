/*
 * J04 Puts a good key into the query, the user name, a cookie, the body and other headers, and looks whether it is said back
 * wall: keys
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import { sendRaw, statusesOf } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { key } = scene.attacker;
	const bare = { key: null };
	const probes: Probe[] = [
		...["key", "api_key", "access_token", "token", "authorization", "Authorization", "bearer"].map((name) => ({
			...bare,
			path: `/v1/runs?${name}=${key}`,
		})),
		...["x-api-key", "api-key", "x-auth-token", "proxy-authorization", "x-authorization", "x-forwarded-authorization", "x-cordon-key"].map(
			(name) => ({ ...bare, path: "/v1/runs", headers: { [name]: `Bearer ${key}` } }),
		),
		{ ...bare, path: "/v1/runs", headers: { cookie: `key=${key}; authorization=Bearer ${key}; __Host-session=${key}` } },
		{ ...bare, method: "POST", path: "/v1/runs", body: { authorization: `Bearer ${key}`, program: "export default () => 1" } },
		{ ...bare, path: `/v1/runs/${key}` },
		{ ...bare, path: `/v1/runs#${key}` },
	];
	expectStatuses(probes, await probeAll(scene, probes), [401]);
	const named = [{ path: `/v1/nothing?key=${key}` }, { path: `/v1/runs?key=${key}` }, { path: `/v1/runs/run_x?key=${key}` }];
	// What probe looks for is the attacker's own key too: no refusal says it back.
	expectStatuses(named, await probeAll(scene, named), [400, 404]);
	const userinfo = await sendRaw(scene.url, `GET http://${key}:x@127.0.0.1/v1/runs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
	if (statusesOf(userinfo).some((status) => status < 400)) throw new Error("A key as user name: found an answer, wanted a refusal");
};
