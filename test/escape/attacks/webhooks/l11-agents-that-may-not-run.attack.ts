/*
 * L11 Sends rightly signed webhooks to agents that are disabled, archived, without a budget or a program, and to a suspended tenant
 * wall: webhooks
 * ends: held
 */
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

let sent = 0;

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const trigger = await tenant.trigger({ scheme: "standard", wait: 20 });
	const send = () => {
		sent += 1;
		return sendHook(scene, trigger, signedHook("standard", { secret: tenant.secret, body: "{}", id: `may-not-${sent}` }));
	};
	const nothing = async (what: string, ...statuses: readonly number[]): Promise<void> => {
		const before = (await tenant.requests(trigger)).length;
		const answers = await Promise.all([send(), send()]);
		wantStatus(what, answers, ...statuses);
		const noted = await tenant.requests(trigger);
		want(
			`${what}: noted as refused`,
			noted.length === before + 2 && noted[0]?.outcome === "refused" && noted[0].run === null,
			noted.slice(0, 2),
		);
		want(`${what}: runs`, (await tenant.runs()).length === 0, await tenant.runs());
	};
	await tenant.api.request("POST", `/v1/agents/${tenant.agentId}/disable`);
	await nothing("A disabled agent", 403, 409, 423);
	await tenant.api.request("POST", `/v1/agents/${tenant.agentId}/enable`);
	await tenant.api.request("PATCH", `/v1/agents/${tenant.agentId}`, { program: null });
	await nothing("An agent without a program", 400, 409, 422);
	await tenant.api.request("PATCH", `/v1/agents/${tenant.agentId}`, { program: "export default () => 1;", language: "javascript" });
	const suspended = await scene.operator.request("PATCH", `/v1/tenants/${tenant.id}`, { status: "suspended" });
	want("Suspending the tenant", suspended.status === 200, suspended);
	wantStatus("A suspended tenant", [await send(), await send()], 403, 404, 409, 423);
	await scene.operator.request("PATCH", `/v1/tenants/${tenant.id}`, { status: "active" });
	want("Runs of the suspended tenant", (await tenant.runs()).length === 0, await tenant.runs());
	await tenant.api.request("PATCH", `/v1/agents/${tenant.agentId}`, { budget: { limits: { lifetime: { runs: 0 } } } });
	const poor = await send();
	want("A webhook without a budget", poor.status !== 200 && poor.status < 502, [poor.status, poor.text]);
	want(
		"Runs without a budget that succeeded",
		(await tenant.runsOver(0)).every(({ status }) => status === "budget_exceeded"),
		await tenant.runs(),
	);
	await tenant.api.request("DELETE", `/v1/agents/${tenant.agentId}`);
	wantStatus("An archived agent", [await send()], 403, 404, 409);
};
