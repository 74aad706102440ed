/*
 * L10 Signs for one trigger with the secret of another, of the same tenant and of another one, and names other tenants' agents and secrets
 * wall: webhooks
 * ends: held
 */
import { SCHEMES } from "../../../../contract/triggers.ts";
import { hookTenant, newHookSecret, OWN_HMAC } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const [one, other] = [await hookTenant(scene), await hookTenant(scene)];
	const second = newHookSecret();
	await one.api.request("PUT", "/v1/secrets/second", { value: second });
	await other.api.request("PUT", "/v1/secrets/theirs", { value: newHookSecret() });
	for (const scheme of SCHEMES) {
		const [first, beside, theirs] = [
			await one.trigger({ scheme }),
			await one.trigger({ scheme, secret: "second" }),
			await other.trigger({ scheme }),
		];
		const signed = (secret: string) => signedHook(scheme, { secret, body: '{"n":1}' });
		const crossed = [
			[first, second],
			[first, other.secret],
			[beside, one.secret],
			[theirs, one.secret],
			[theirs, second],
		] as const;
		const answers = await Promise.all(crossed.map(([trigger, secret]) => sendHook(scene, trigger, signed(secret))));
		wantStatus(`Signed with another trigger's secret (${scheme})`, answers, 401);
		wantStatus(
			"Signed with their own",
			await Promise.all([sendHook(scene, first, signed(one.secret)), sendHook(scene, theirs, signed(other.secret))]),
			202,
		);
		// One message under one id at two triggers is two: neither knows the other's.
		wantStatus("The same message at a trigger beside", [await sendHook(scene, beside, signed(second))], 202);
	}
	const refused = async (what: string, body: object, ...statuses: readonly number[]): Promise<void> => {
		const { status, body: said } = await one.api.request("POST", "/v1/triggers", {
			scheme: "github",
			agent: "hooked",
			secret: "hook",
			...body,
		});
		want(what, statuses.includes(status), [status, said]);
		want(`What is told of ${what}`, !JSON.stringify(said).includes(other.id), said);
	};
	await refused("Another tenant's agent by its id", { agent: other.agentId }, 404);
	await refused("The victim's agent by its id", { agent: scene.victim.agentId }, 404);
	await refused("Another tenant's secret by its name", { secret: "theirs" }, 400);
	for (const secret of [
		"",
		"../hook",
		"hook/../theirs",
		`endpoint/${other.id}`,
		`${other.id}/theirs`,
		"__proto__",
		"constructor",
		"a".repeat(65),
		null,
		1,
	])
		await refused(`The secret ${JSON.stringify(secret)}`, { secret }, 400);
	await refused("A grant that the agent does not have", { grants: ["web"] }, 400, 422);
	await refused("A version that there is not", { programVersion: 99 }, 400, 404);
	await refused("Warm isolates that the agent does not allow", { isolation: "warm" }, 400);
	await refused("Limits past the policy's", { limits: { wallMs: 1e12 } }, 400);
	for (const patch of [
		{ header: "a b" },
		{ header: "a\r\nb" },
		{ header: "" },
		{ signed: "{body}{body}" },
		{ signed: "" },
		{ signed: "{timestamp}" },
		{ algorithm: "md5" },
	])
		await refused(`HMAC with ${JSON.stringify(patch)}`, { scheme: "hmac", hmac: { ...OWN_HMAC, ...patch } }, 400);
	await refused("HMAC that signs nothing of the body", { scheme: "hmac", hmac: { ...OWN_HMAC, signed: "{timestamp}" } }, 400);
	await refused("Fields that nobody asked for", { tenantId: other.id }, 400);
	const patched = await one.api.request("PATCH", `/v1/triggers/${(await one.trigger({ scheme: "github" })).id}`, { agent: other.agentId });
	want("A trigger handed to another tenant's agent", patched.status === 400, patched);
	const runs = await one.runs();
	want("Runs beside the right ones", runs.length === 2 * SCHEMES.length, runs.length);
};
