import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { datasetPrefix } from "../../../worker/blobs/blob-keys.ts";
import { EngineCalls, saveImage } from "../../../worker/gate/engine-calls.ts";

const AUTHORITY = { tenantId: "ten_late", agentId: "agt_1", runId: "run_1", attempt: 1 };
const DATASET = { name: "d", resourceId: "res_late", version: 1, key: "k", bytes: 5 };

/** An image that is being sent while its call is open. */
const beginSaving = () => {
	const calls = new EngineCalls<null>();
	calls.begin("cal_1", { authority: AUTHORITY, dataset: DATASET, writes: true, call: null }, 0);
	const open = calls.find("cal_1", AUTHORITY, 1);
	if (open === null) throw new Error("the call is open");
	const { readable, writable } = new IdentityTransformStream();
	const saving = saveImage(env, open, readable);
	const send = async () => {
		const writer = writable.getWriter();
		await writer.write(new TextEncoder().encode("image"));
		await writer.close();
		return await saving;
	};
	return { calls, open, send };
};
const keys = async () => (await env.BLOBS.list({ prefix: datasetPrefix("ten_late", "res_late") })).objects.map(({ key }) => key);

test("an image that is whole only after its call has ended is not kept", async () => {
	const { calls, send } = beginSaving();
	expect(calls.take("cal_1", AUTHORITY, 2)).not.toBeNull();
	expect([await send(), await keys()]).toEqual([false, []]);
});

test("an image that is whole in time is kept for the call's end", async () => {
	const { open, send } = beginSaving();
	expect(await send()).toBe(true);
	expect(await keys()).toEqual([open.saved !== "saving" ? open.saved?.key : null]);
});
