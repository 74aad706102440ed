/*
 * L17 Answers deliveries without end, not at all, byte by byte, packed a thousand times, and with a megabyte of headers
 * wall: webhooks
 * covers: H19
 * ends: held
 */
import { LIMITS } from "../../../../contract/limits.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";
import { bomb, endless, type Manner, silence } from "../../../platform/webhook-receiver.ts";

const drip: Manner = (_, response) => {
	response.writeHead(200, { "content-type": "text/plain" });
	const timer = setInterval(() => response.write("x"), 300);
	response.once("close", () => clearInterval(timer));
};
const headers: Manner = (_, response) => {
	for (let index = 0; index < 1_000; index += 1) response.setHeader(`x-${index}`, "y".repeat(1_000));
	response.writeHead(200).end("fine");
};
const line: Manner = ({ socket }) => {
	socket.write(`HTTP/1.1 200 ${"o".repeat(5_000_000)}`);
};

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const { receiver } = scene.servers;
	let poured = 0;
	const pour = endless((bytes) => {
		poured += bytes;
	});
	const manners = { pour, failing: endless(() => {}, 500), silence, drip, headers, line, bomb };
	const endpoints = await Promise.all(
		Object.entries(manners).map(async ([name, manner]) => ({
			name,
			endpoint: await tenant.endpoint({ url: receiver.urlOf(manner), events: ["run.succeeded"] }),
		})),
	);
	await tenant.api.run({ agent: "hooked" });
	for (const { name, endpoint } of endpoints) {
		const { attempts } = await tenant.delivery(endpoint, ({ attemptCount }) => attemptCount > 0);
		const [attempt] = attempts;
		if (attempt === undefined) throw new Error(`A delivery that met ${name}: found no attempt, wanted one`);
		want(`What is kept of ${name}`, attempt.body.length <= LIMITS.deliveryAnswerChars, attempt.body.length);
		if (name === "pour")
			want("What is kept of an answer without end", attempt.body.length === LIMITS.deliveryAnswerChars, attempt.body.length);
		// Twice what an attempt may take: the machine may be busy, and an answer without end takes for ever.
		want(`The time of ${name}`, attempt.tookMs <= 2 * LIMITS.deliveryAttemptMs, attempt.tookMs);
		if (name === "silence" || name === "line") want(`What is said of ${name}`, attempt.error !== null, attempt);
		if (name === "pour" || name === "drip" || name === "bomb") want(`What is said of ${name}`, attempt.error === null, attempt);
	}
	// What the sockets on the way take is beyond what was read.
	want("Bytes that the endless answer could send", poured < 64 * 1024 * 1024, poured);
};
