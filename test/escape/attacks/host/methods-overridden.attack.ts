/*
 * J14 Uses other methods, asks for other methods by headers, query and body, and methods that nobody knows
 * wall: keys
 * ends: held
 */
import { probe } from "../../probe.ts";
import { sendRaw, statusesOf } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { agentId } = scene;
	for (const name of ["x-http-method-override", "x-http-method", "x-method-override", "_method"]) {
		const { status } = await probe(scene, { path: `/v1/agents/${agentId}?`, headers: { [name]: "DELETE" } });
		if (status !== 200) throw new Error(`GET with ${name}: found ${status}, wanted the agent and nothing else`);
	}
	const byQuery = await probe(scene, { path: `/v1/agents/${agentId}?_method=DELETE` });
	if (byQuery.status !== 400) throw new Error(`GET with _method: found ${byQuery.status}, wanted 400`);
	const { status } = await probe(scene, { path: `/v1/agents/${agentId}` });
	if (status !== 200) throw new Error(`The agent afterwards: found ${status}, wanted it untouched`);
	for (const method of [
		"OPTIONS",
		"TRACE",
		"CONNECT",
		"TRACK",
		"PURGE",
		"PROPFIND",
		"get",
		"GET\t",
		"G",
		"DEBUG",
		"PRI",
		"M-SEARCH",
		"LOCK",
		"x".repeat(5_000),
	]) {
		const said = await sendRaw(scene.url, `${method} /v1/keys HTTP/1.1\r\nHost: x\r\nCookie: secret=ESCAPED\r\nConnection: close\r\n\r\n`);
		const [first = 0] = statusesOf(said);
		if ((first !== 0 && first < 400) || first > 501 || first === 500 || said.includes("ESCAPED"))
			throw new Error(`${method.slice(0, 20)}: found ${said.slice(0, 200)}, wanted a refusal that says nothing back`);
	}
	const bare = await probe(scene, { method: "HEAD", path: "/v1/runs", key: null });
	if (bare.status !== 401) throw new Error(`HEAD without a key: found ${bare.status}, wanted 401`);
};
