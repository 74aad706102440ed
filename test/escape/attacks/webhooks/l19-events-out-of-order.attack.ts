/*
 * L19 Holds the first event of a run up so that the next one comes before it, and tells which is newer by what they say alone
 * wall: webhooks
 * ends: held
 */
import { z } from "zod";
import { Run } from "../../../../contract/runs.ts";
import { pollUntil } from "../../../platform/start-platform.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";
import type { Manner } from "../../../platform/webhook-receiver.ts";

const Body = z.object({
	type: z.string(),
	timestamp: z.string(),
	data: z.object({ run: z.string(), sequence: z.int(), status: z.string() }),
});
const Page = z.object({ data: z.array(z.object({ id: z.string() })) });
const ASKS = "export default async (input, env) => await env.ask.ask({ question: 'May I?' });";

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene, { policy: { grants: { ask: { verb: "human.ask", to: "the owner" } } }, program: ASKS });
	const { receiver } = scene.servers;
	let open = (): void => {};
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	const late: Manner = (_, response, nth) =>
		void (nth === 0 ? opened : Promise.resolve()).then(() => response.writeHead(nth === 0 ? 500 : 204).end());
	const endpoint = await tenant.endpoint({ url: receiver.urlOf(late), events: ["*"] });
	const { id } = await tenant.api.run({ agent: "hooked", wait: 0 });
	await pollUntil(
		() => tenant.api.expect(200, Page, "GET", "/v1/approvals?status=pending"),
		({ data }) => data.length > 0,
	);
	await pollUntil(
		async () => receiver.at(endpoint.url).length,
		(count) => count > 0,
	);
	await tenant.api.expect(200, Run, "POST", `/v1/runs/${id}/cancel`);
	await pollUntil(
		async () => receiver.at(endpoint.url).length,
		(count) => count > 1,
	);
	open();
	await tenant.delivery(endpoint, ({ status }) => status === "succeeded");
	const came = await pollUntil(
		async () => receiver.at(endpoint.url),
		(all) => all.filter(({ body }) => body.includes("waiting_approval")).length > 1,
	);
	const bodies = came.map(({ body }) => Body.parse(JSON.parse(body)));
	const [waiting, over] = [
		bodies.find(({ data }) => data.status === "waiting_approval"),
		bodies.find(({ data }) => data.status !== "waiting_approval"),
	];
	want("Both events of the run", waiting !== undefined && over !== undefined && waiting.data.run === id && over.data.run === id, bodies);
	want("The newer one", (over?.data.sequence ?? 0) > (waiting?.data.sequence ?? 0), bodies);
	want(
		"The order in which they came",
		bodies.at(-1)?.data.status === "waiting_approval",
		bodies.map(({ data }) => data.status),
	);
};
