/*
 * X103 Posts to hooks that were deleted, disabled or never there, by ids of other kinds, other methods and confused paths
 * wall: webhooks
 * covers: J21, J13
 * ends: held
 */
import { newId } from "../../../../contract/ids.ts";
import { hookTenant } from "../../hook-tenant.ts";
import { sendRaw, wantAnswered } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const [deleted, disabled, live] = [
		await tenant.trigger({ scheme: "github" }),
		await tenant.trigger({ scheme: "github" }),
		await tenant.trigger({ scheme: "github" }),
	];
	const hook = signedHook("github", { secret: tenant.secret, body: "{}" });
	// Known to the cache before they are gone.
	wantStatus(
		"A hook unsigned",
		await Promise.all([deleted, disabled].map((trigger) => sendHook(scene, trigger, { headers: {}, body: "" }))),
		401,
	);
	await tenant.api.request("DELETE", `/v1/triggers/${deleted.id}`);
	await tenant.api.request("POST", `/v1/triggers/${disabled.id}/disable`);
	const none = await Promise.all([deleted, disabled, { id: newId("trg") }].map((trigger) => sendHook(scene, trigger, hook)));
	wantStatus("Hooks that are none", none, 404);
	const plain = none.map(({ text }) => text.replaceAll(/"requestId":"[^"]*"/g, ""));
	want("What tells a deleted hook from one that never was", new Set(plain).size === 1, plain);
	const odd = [
		tenant.agentId,
		tenant.id,
		"trg_",
		"",
		"..",
		"%2e%2e",
		`${live.id}x`,
		`${live.id}%00`,
		live.id.toUpperCase(),
		`${live.id}/`,
		`${live.id}/requests`,
		`${live.id};x`,
		"__proto__",
		"x".repeat(5_000),
		`%74rg_${live.id.slice(4)}%20`,
	];
	const answers = await Promise.all(odd.map((id) => sendHook(scene, { id }, hook)));
	wantStatus("Ids that are none", answers, 400, 404, 405);
	for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) {
		const response = await fetch(`${scene.url}/hooks/${live.id}`, { method, headers: hook.headers });
		await response.text();
		want(`${method} of a hook`, response.status === 405 || response.status === 404, response.status);
	}
	const lines = Object.entries(hook.headers).map(([name, value]) => `${name}: ${value}`);
	const raw = (target: string): Promise<string> =>
		sendRaw(scene.url, [`POST ${target} HTTP/1.1`, "Host: x", "Connection: close", "Content-Length: 2", ...lines, "", "{}"].join("\r\n"));
	for (const target of [
		`/v1/../hooks/${live.id}/..`,
		`//hooks/${live.id}`,
		`/hooks//${live.id}`,
		`/hooks/${live.id}\\`,
		`/hooks%2f${live.id}`,
		`/HOOKS/${live.id}`,
		`/v1/hooks/${live.id}`,
	])
		wantAnswered(`The path ${target}`, await raw(target), 400, 401, 404, 405);
	const runs = await tenant.runs();
	want("Runs of any of these", runs.length === 0, runs);
	// A request's key counts for nothing at a hook, and a hook's answer tells nothing of the agent.
	const withKey = await sendHook(scene, live, {
		headers: { authorization: `Bearer ${tenant.key}`, "content-type": "application/json" },
		body: "{}",
	});
	wantStatus("A key instead of a signature", [withKey], 401);
	const input = await tenant.trigger({ scheme: "github", wait: 20, input: { status: 200, body: { $from: "1" } } });
	const shown = await sendHook(scene, input, {
		headers: {
			...hook.headers,
			authorization: "Bearer of-the-sender",
			cookie: "a=of-the-sender",
			"x-api-key": "of-the-sender",
			"x-hub-signature": "of-the-sender",
			"x-forwarded-for": "of-the-sender",
			"x-seen": "yes",
		},
		body: "{}",
	});
	wantStatus("A hook that says its headers", [shown], 200);
	const isHidden = !shown.text.includes("of-the-sender") && !shown.text.includes("sha256=") && shown.text.includes("x-seen");
	want("Headers that a program sees", isHidden, shown.text);
};
