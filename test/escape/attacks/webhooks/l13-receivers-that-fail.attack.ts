/*
 * L13 Fails deliveries in every way, one of each endpoint, and then takes them
 * wall: webhooks
 * covers: L15
 * ends: held
 */
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";
import { firstly, type Manner, reset, saying, verify } from "../../../platform/webhook-receiver.ts";

const raw =
	(bytes: string): Manner =>
	({ socket }) =>
		void socket.end(bytes, "latin1");

/** How the first try fails, and what is said of it; null: it counts as taken. */
const WAYS: readonly (readonly [string, Manner, string | null])[] = [
	["500", saying(500), "status"],
	["404", saying(404, {}, "<b>no</b>"), "status"],
	["a reset", reset, "unreachable"],
	["an end without an answer, when all was read", raw(""), "unreachable"],
	["half a status line", raw("HTTP/1.1 20"), "unreachable"],
	["no HTTP", raw("\u0000\u0001\u0002 SSH-2.0\r\n\r\n"), "unreachable"],
	["an upgrade", raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"), "unreachable"],
	["a status of 99", raw("HTTP/1.1 99 x\r\ncontent-length: 0\r\n\r\n"), "unreachable"],
	["a status of 999", raw("HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n"), "unreachable"],
	["a success whose body breaks off", raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx"), null],
	[
		"many provisional answers",
		raw(`${"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(100)}HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n`),
		"any",
	],
	["two lengths", raw("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 200\r\n\r\nx"), "any"],
];

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const { receiver } = scene.servers;
	const endpoints = await Promise.all(
		WAYS.map(([, manner]) => tenant.endpoint({ url: receiver.urlOf(firstly(1, manner)), events: ["run.succeeded"] })),
	);
	await tenant.api.run({ agent: "hooked" });
	for (const [index, [what, , error]] of WAYS.entries()) {
		const endpoint = endpoints[index];
		if (endpoint === undefined) return;
		const { attempts, event } = await tenant.delivery(endpoint, ({ status }) => status === "succeeded");
		const isRight = error === "any" || attempts[0]?.error === error;
		want(`A delivery that met ${what}`, isRight && attempts.at(-1)?.error === null, attempts);
		const came = receiver.at(endpoint.url);
		const bodies = new Set(came.map(({ body }) => body));
		want(`What came again after ${what}`, came.length === attempts.length && bodies.size === 1, came.length);
		const times = new Set(came.map(({ headers }) => headers["webhook-timestamp"]));
		want(`The times of what came again after ${what}`, times.size === came.length, [...times]);
		for (const each of came) {
			want("The id of every try", each.headers["webhook-id"] === event, each.headers);
			verify(each, endpoint.secret);
		}
	}
};
