import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pageOf } from "../../contract/common.ts";
import { Agent } from "../../contract/agents.ts";
import { Delivery, NewEndpoint } from "../../contract/endpoints.ts";
import { startPlatform } from "./fault-platform.ts";
import { pollUntil } from "./start-platform.ts";
import { type Manner, saying, silence, startWebhookReceiver, verify } from "./webhook-receiver.ts";

/** Two starts on a busy machine, and some. */
const TIMEOUT_MS = 150_000;

test("a delivery that was under way when the platform was killed is made again, with the same id, though nobody asks", {
	timeout: TIMEOUT_MS,
}, async () => {
	const receiver = await startWebhookReceiver();
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-endpoints-"));
	try {
		let manner: Manner = silence;
		const url = receiver.urlOf((...given) => manner(...given));
		const settings = { dataFolder, port: 0, executors: 1, upstream: receiver.host };
		const before = await startPlatform(settings);
		const body = { url, events: ["agent.disabled"] };
		const { secret, id } = await before.api.expect(201, NewEndpoint, "POST", "/v1/endpoints", body);
		const agent = await before.api.expect(201, Agent, "POST", "/v1/agents", { name: "worker" });
		await before.api.request("POST", `/v1/agents/${agent.id}/disable`);
		await receiver.have(url, 1);
		await before.kill();
		manner = saying(204);
		await using after = await startPlatform({ ...settings, port: before.port });
		const [first, second] = await receiver.have(url, 2, 90_000);
		if (first === undefined || second === undefined) throw new Error("two arrived");
		verify(second, secret);
		expect([second.headers["webhook-id"], second.body]).toEqual([first.headers["webhook-id"], first.body]);
		const listed = await pollUntil(
			() => after.api.expect(200, pageOf(Delivery), "GET", `/v1/deliveries?endpoint=${id}`),
			({ data }) => data[0]?.status === "succeeded",
		);
		expect(listed.data).toMatchObject([{ status: "succeeded", attemptCount: 1 }]);
	} finally {
		await receiver.close();
		await rm(dataFolder, { recursive: true, force: true });
	}
});
