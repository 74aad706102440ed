/*
 * L18 Rolls an endpoint's secret while a delivery is tried again, with an overlap and without
 * wall: webhooks
 * ends: held
 */
import { NewEndpoint } from "../../../../contract/endpoints.ts";
import { pollUntil } from "../../../platform/start-platform.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";
import { type Delivered, saying, verify } from "../../../platform/webhook-receiver.ts";

const verifies = (secret: string, delivered: Delivered | undefined): boolean => {
	if (delivered === undefined) return false;
	try {
		verify(delivered, secret);
		return true;
	} catch {
		return false;
	}
};

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const { receiver } = scene.servers;
	for (const overlapSeconds of [600, 0]) {
		const endpoint = await tenant.endpoint({ url: receiver.urlOf(saying(500)), events: ["run.succeeded"] });
		await tenant.api.run({ agent: "hooked" });
		const { id } = await tenant.delivery(endpoint, ({ attemptCount }) => attemptCount > 0);
		const rolled = await tenant.api.expect(200, NewEndpoint, "POST", `/v1/endpoints/${endpoint.id}/roll`, { overlapSeconds });
		scene.platform.canaries.plant(rolled.secret);
		want("The secret after a roll", rolled.secret !== endpoint.secret, "the same");
		await tenant.api.request("POST", `/v1/deliveries/${id}/redeliver`);
		// One that was under way when the secret was rolled may come in between.
		const later = await pollUntil(
			async () => receiver.at(endpoint.url).find((each) => verifies(rolled.secret, each)),
			(found) => found !== undefined,
		);
		const [first] = receiver.at(endpoint.url);
		want("The first try under the old secret", verifies(endpoint.secret, first) && !verifies(rolled.secret, first), first?.headers);
		want("A later try under the new secret", later !== undefined, receiver.at(endpoint.url).length);
		want(
			`A later try under the old secret, with ${overlapSeconds} s of overlap`,
			verifies(endpoint.secret, later) === overlapSeconds > 0,
			later?.headers,
		);
		await tenant.api.request("DELETE", `/v1/endpoints/${endpoint.id}`);
	}
	const odd = [-1, 1e20, 604_801, 0.5, "0", null].map((overlapSeconds) => ({ overlapSeconds }));
	const endpoint = await tenant.endpoint({ url: receiver.urlOf(), events: ["*"] });
	for (const body of odd) {
		const { status } = await tenant.api.request("POST", `/v1/endpoints/${endpoint.id}/roll`, body);
		want(`A roll of ${JSON.stringify(body)}`, status === 400, status);
	}
	const many = await Promise.all(
		Array.from({ length: 20 }, () => tenant.api.request("POST", `/v1/endpoints/${endpoint.id}/roll`, { overlapSeconds: 60 })),
	);
	want(
		"Twenty rolls at once",
		many.every(({ status }) => status === 200 || status === 409),
		many.map(({ status }) => status),
	);
	const secrets = many.flatMap(({ status, body }) => (status === 200 ? [NewEndpoint.parse(body).secret] : []));
	for (const secret of secrets) scene.platform.canaries.plant(secret);
	await tenant.api.run({ agent: "hooked" });
	await tenant.delivery(endpoint, ({ status }) => status === "succeeded");
	const [came] = receiver.at(endpoint.url);
	want(
		"Signatures after twenty rolls",
		String(came?.headers["webhook-signature"]).split(" ").length <= 2 && secrets.some((secret) => verifies(secret, came)),
		came?.headers,
	);
};
