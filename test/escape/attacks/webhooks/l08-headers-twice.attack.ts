/*
 * L08 Sends the headers of a signature, a time and an id twice, joined, in other cases and with other bodies of the connection
 * wall: webhooks
 * ends: held
 */
import { SCHEMES } from "../../../../contract/triggers.ts";
import { hookTenant } from "../../hook-tenant.ts";
import { sendRaw, wantAnswered } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";
import { signedHook, want } from "../../send-hook.ts";

const SIGNED = /signature|time|webhook-id/;
const BODY = '{"n":1}';

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	for (const scheme of SCHEMES) {
		const trigger = await tenant.trigger({ scheme });
		const send = (lines: readonly string[]): Promise<string> => {
			const head = [`POST /hooks/${trigger.id} HTTP/1.1`, "Host: x", "Connection: close", `Content-Length: ${BODY.length}`, ...lines];
			return sendRaw(scene.url, `${head.join("\r\n")}\r\n\r\n${BODY}`);
		};
		const right = Object.entries(signedHook(scheme, { secret: tenant.secret, body: BODY }).headers);
		const wrong = new Map(Object.entries(signedHook(scheme, { secret: "whsec_AAAA", body: BODY, id: "another", time: "1" }).headers));
		const lines = right.map(([name, value]) => `${name}: ${value}`);
		for (const [name, value] of right.filter(([each]) => SIGNED.test(each))) {
			const other = wrong.get(name) ?? "";
			const rest = lines.filter((line) => !line.startsWith(`${name}:`));
			const twice = [
				[...lines, `${name}: ${value}`],
				[...lines, `${name}: ${other}`],
				[...rest, `${name}: ${other}`, `${name}: ${value}`],
				[...rest, `${name}: ${value}, ${value}`],
				[...rest, `${name}: ${value},${other}`],
				[...rest, `${name.toUpperCase()}: ${value}`, `${name}: ${other}`],
				[...rest, `${name}:\r\n ${value}`, `${name}: `],
				[...rest, `${name} : ${value}`],
				[...rest, `${name}_x: ${value}`],
				[...rest, `${name.replaceAll("-", "_")}: ${value}`],
			];
			// stripe: `t=…,v1=…` twice has the time twice; every other scheme takes one signature without a comma.
			for (const [index, each] of twice.entries())
				wantAnswered(`${scheme}: ${name}, way ${index} of writing it twice`, await send(each), 401, 400);
		}
		const capitals = lines.map((line) => line.replace(/^[^:]+/, (name) => name.toUpperCase()));
		wantAnswered(`${scheme}: once, in capitals`, await send(capitals), 202);
	}
	const runs = await tenant.runs();
	want("Runs beside the right ones", runs.length === SCHEMES.length, runs.length);
};
