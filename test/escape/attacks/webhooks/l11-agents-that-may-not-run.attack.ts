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
	};
	/** Asked once the agent takes runs again. */
	const noneStarted = async (of: string): Promise<void> => {
		const runs = await tenant.runs();
		want(`Runs of ${of}`, runs.length === 0, runs);
	};
	await tenant.api.request("POST", `/v1/agents/${tenant.agentId}/disable`);
	await nothing("A disabled agent", 403);
	await tenant.api.request("POST", `/v1/agents/${tenant.agentId}/enable`);
	await noneStarted("the disabled agent");
	await tenant.api.request("PATCH", `/v1/agents/${tenant.agentId}`, { program: null });
	await nothing("An agent without a program", 400);
	await noneStarted("the agent without a program");
	await tenant.api.request("PATCH", `/v1/agents/${tenant.agentId}`, { program: "export default () => 1;", language: "javascript" });
	const suspended = await scene.operator.request("PATCH", `/v1/tenants/${tenant.id}`, { status: "suspended" });
	want("Suspending the tenant", suspended.status === 200, suspended);
	const answers = [await send(), await send()];
	wantStatus("A suspended tenant", answers, 403);
	want(
		"What its senders are told",
		answers.every(({ text }) => text.includes('"code":"tenant_suspended"')),
		answers[0]?.text,
	);
	await scene.operator.request("PATCH", `/v1/tenants/${tenant.id}`, { status: "active" });
	await noneStarted("the suspended tenant");
	const limit = (limits: object) => tenant.api.request("PUT", `/v1/agents/${tenant.agentId}/budget`, { limits });
	await limit({ lifetime: { runs: 0 } });
	wantStatus("A webhook without a budget", [await send()], 500);
	await limit({});
	const [poor, ...more] = await tenant.runs();
	want("The one run without a budget", poor?.status === "budget_exceeded" && more.length === 0, [poor, ...more]);
	await tenant.api.request("DELETE", `/v1/agents/${tenant.agentId}`);
	wantStatus("An archived agent", [await send()], 404);
};
