/*
 * X42 Hides a second request, without a key, in the body and the lengths of a first one
 * wall: keys
 * ends: held
 */
import { sendRaw } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const hidden = `GET /v1/runs/${scene.victim.runId} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
	const withKey = `Host: x\r\nAuthorization: Bearer ${scene.attacker.key}\r\nContent-Type: application/json\r\n`;
	const firsts = [
		`POST /v1/keys HTTP/1.1\r\n${withKey}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}Transfer-Encoding: xchunked\r\n\r\n`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}X: y\r\n Content-Length: 5\r\n\r\n`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}Content-Length: +2\r\n\r\n{}`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}Content-Length: -2\r\n\r\n{}`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}Content-Length: 2, 2\r\n\r\n{}`,
		`POST /v1/keys HTTP/1.1\n${withKey.replaceAll("\r", "")}Content-Length: 2\n\n{}`,
		`GET /v1/keys HTTP/1.1\r\n${withKey}Content-Length: ${hidden.length}\r\n\r\n`,
		`POST /v1/keys HTTP/1.1\r\n${withKey}Transfer-Encoding: chunked\r\n\r\n2;x="\r\n\r\n"\r\n{}\r\n0\r\n\r\n`,
		`GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n`,
	];
	for (const first of firsts) {
		const said = await sendRaw(scene.url, first + hidden);
		if (said.includes(scene.victim.marker))
			throw new Error(`Behind ${JSON.stringify(first.slice(0, 40))}: found another tenant's run, wanted nothing of it`);
		if (/HTTP\/1\.1 5(?!01|05)\d\d/.test(said))
			throw new Error(`Behind ${JSON.stringify(first.slice(-80))}: found ${said.slice(0, 120)}, wanted no failure of the host`);
		const second = said.split("HTTP/1.1 ").slice(1).at(-1) ?? "";
		if (said.split("HTTP/1.1 ").length > 2 && second.startsWith("200") && !second.includes('"executors"'))
			throw new Error("The hidden request: found 200, wanted 401");
	}
	const own = await scene.victim.api.request("GET", `/v1/runs/${scene.victim.runId}`);
	if (own.status !== 200) throw new Error(`The other tenant afterwards: found ${own.status}, wanted 200`);
};
