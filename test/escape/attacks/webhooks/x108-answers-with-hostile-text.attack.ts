/*
 * X108 Answers deliveries with terminal escapes, markup, half characters and the delivery's own headers, and reads the list of deliveries
 * wall: viewer
 * covers: H18
 * ends: held
 */
import { Delivery } from "../../../../contract/endpoints.ts";
import { pageOf } from "../../../../contract/common.ts";
import { hookTenant } from "../../hook-tenant.ts";
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";
import type { Manner } from "../../../platform/webhook-receiver.ts";

const TEXT = `</script><script>alert(1)</script>\u001b[2J\u001b]0;title\u0007\u202eevil\u0000\r\nset-cookie: a=b\u2028\u{e0041}"}],"data":[{`;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029\u{e0000}-\u{e007f}]/u;

const says =
	(status: number, body: Buffer | string): Manner =>
	(_, response) =>
		void response.writeHead(status, { "content-type": "text/html", "set-cookie": "a=b" }).end(body);
/** Gives back what it was signed with. */
const echo: Manner = (request, response) => void response.writeHead(500).end(JSON.stringify(request.headers));

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const { receiver } = scene.servers;
	const half = Buffer.concat([Buffer.from(TEXT), Buffer.from([0xff, 0xfe, 0xed, 0xa0, 0x80, 0xc3])]);
	const manners = [
		says(200, TEXT),
		says(500, half),
		says(200, "\u0000".repeat(20_000)),
		says(200, "\u{1f600}".repeat(10_000)),
		says(400, "x".repeat(100_000)),
		echo,
	];
	const endpoints = await Promise.all(manners.map((manner) => tenant.endpoint({ url: receiver.urlOf(manner), events: ["run.succeeded"] })));
	await tenant.api.run({ agent: "hooked" });
	for (const endpoint of endpoints) await tenant.delivery(endpoint, ({ attemptCount }) => attemptCount > 0);
	const { text, headers } = await probe(scene, { path: "/v1/deliveries?limit=200", key: tenant.key, headers: { accept: "text/html" } });
	want("The list's media type", headers.get("content-type") === "application/json" && headers.get("x-content-type-options") === "nosniff", [
		...headers,
	]);
	want("The list's cookies", headers.get("set-cookie") === null, [...headers]);
	const { data } = pageOf(Delivery).parse(JSON.parse(text));
	want("Deliveries in the list", data.length === manners.length, data.length);
	for (const { attempts, id } of data) {
		const [attempt] = attempts;
		want(
			"What is kept of an answer",
			attempt !== undefined && !UNSEEN.test(attempt.body) && attempt.body.isWellFormed(),
			attempt?.body.slice(0, 200),
		);
		const single = await tenant.api.expect(200, Delivery, "GET", `/v1/deliveries/${id}`);
		want(
			"A single one",
			single.attempts.every(({ body }) => !UNSEEN.test(body)),
			single.attempts[0]?.body.slice(0, 200),
		);
	}
};
