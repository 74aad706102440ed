import { describe, expect, test } from "vitest";
import { newId } from "../../../contract/ids.ts";
import { TriggerSettings } from "../../../contract/triggers.ts";
import { verifyHook } from "../../../worker/triggers/verify-hook.ts";
import { SENDERS } from "../../node/triggers/signing.ts";
import { ask, newTenant, testEnv } from "../http/ask.ts";

const NOW_MS = 1_795_000_000_000;
const bytes = new TextEncoder().encode("{}");

/** A trigger for GitHub whose secret `new` was rolled, and the one before counts until NOW_MS. */
const rolled = (tenantId: string) => ({
	...({ id: newId("trg"), tenantId, agentId: newId("agt"), scheme: "github", status: "active", stored: "" } as const),
	settings: TriggerSettings.parse({
		...{ name: null, secret: "new", previousSecret: { name: "old", untilMs: NOW_MS }, toleranceSeconds: 300, hmac: null, filter: null },
		...{ input: null, wait: 0, programVersion: null, grants: null, limits: null, metadata: {}, isolation: null },
	}),
	createdAtMs: 1,
	updatedAtMs: 1,
});

const isTaken = async (tenantId: string, secret: string, nowMs: number): Promise<boolean> => {
	const request = { headers: new Headers(SENDERS.github({ secret, body: bytes })), bytes };
	return verifyHook(testEnv, rolled(tenantId), request, nowMs).then(
		() => true,
		() => false,
	);
};

describe("a rolled secret", () => {
	test("counts until its overlap is over, and not a millisecond longer", async () => {
		const { id, key } = await newTenant();
		for (const name of ["old", "new"]) await ask("PUT", `/v1/secrets/${name}`, { key: key.value, body: { value: `value of ${name}` } });
		expect(await isTaken(id, "value of old", NOW_MS - 1)).toBe(true);
		expect(await isTaken(id, "value of old", NOW_MS)).toBe(false);
		for (const nowMs of [NOW_MS - 1, NOW_MS, NOW_MS + 1]) expect(await isTaken(id, "value of new", nowMs)).toBe(true);
	});

	test("that is deleted opens nothing, the other one still does, and with neither there is no way in", async () => {
		const { id, key } = await newTenant();
		await ask("PUT", "/v1/secrets/old", { key: key.value, body: { value: "value of old" } });
		expect(await isTaken(id, "value of old", NOW_MS - 1)).toBe(true);
		expect(await isTaken(id, "", NOW_MS - 1)).toBe(false);
		await ask("DELETE", "/v1/secrets/old", { key: key.value });
		for (const secret of ["value of old", "value of new", "", "null", "undefined"])
			expect(await isTaken(id, secret, NOW_MS - 1)).toBe(false);
	});
});
