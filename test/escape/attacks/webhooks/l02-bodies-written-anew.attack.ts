/*
 * L02 Sends what was signed in other words: other spaces, escapes, orders and encodings of the same JSON
 * wall: webhooks
 * ends: held
 */
import { SCHEMES } from "../../../../contract/triggers.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

const BODY = '{"type":"a","name":"Jörg \\u00e9","n":1.0,"id":"evt_1"}';
const utf16 = new Uint8Array(Buffer.from(BODY, "utf16le"));
const ANEW: readonly (string | Uint8Array<ArrayBuffer>)[] = [
	JSON.stringify(JSON.parse(BODY)),
	JSON.stringify(JSON.parse(BODY), null, 2),
	...[` ${BODY}`, `${BODY} `, `${BODY}\n`, `${BODY}\r\n`, `\ufeff${BODY}`, `${BODY}\u0000`, `${BODY}{}`],
	...[
		BODY.replace("ö", "\\u00f6"),
		BODY.replace("ö", "o\u0308"),
		BODY.replace("\\u00e9", "é"),
		BODY.replace("1.0", "1"),
		BODY.replace("1.0", "1.00"),
	],
	...[
		BODY.replace('"type"', '"t\\u0079pe"'),
		BODY.replace("{", '{"n":2,'),
		BODY.replace("}", ',"n":2}'),
		BODY.slice(0, -1),
		BODY.toUpperCase(),
		"",
	],
	utf16,
	new Uint8Array(Buffer.from(BODY, "latin1")),
];

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	for (const scheme of SCHEMES) {
		const trigger = await tenant.trigger({ scheme });
		const { headers } = signedHook(scheme, { secret: tenant.secret, body: BODY });
		const types = ["application/json", "application/json; charset=utf-16", "text/plain", "application/x-www-form-urlencoded"];
		const tries = ANEW.flatMap((body) => types.map((type) => ({ headers: { ...headers, "content-type": type }, body })));
		wantStatus(`Altered bodies of ${scheme}`, await Promise.all(tries.map((each) => sendHook(scene, trigger, each))), 401);
		wantStatus(`The right body of ${scheme}`, [await sendHook(scene, trigger, { headers, body: BODY })], 202);
	}
	const runs = await tenant.runs();
	want("Runs beside the right ones", runs.length === SCHEMES.length, runs.length);
};
