/*
 * G24 Opens sealed texts that were changed, cut, moved to another context, another key, and messages whose signature is another's
 * wall: verbs
 * ends: held
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `export default async (input, env) => {
	const got = [];
	const sealed = await env.one.encrypt("kept", { context: "a" });
	const at = sealed.length - 4;
	const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
	const tries = [
		["another key", () => env.two.decrypt(sealed, { context: "a" })], ["no context", () => env.one.decrypt(sealed)], ["another context", () => env.one.decrypt(sealed, { context: "b" })],
		["changed", () => env.one.decrypt(changed, { context: "a" })], ["cut", () => env.one.decrypt(sealed.slice(0, -8), { context: "a" })], ["empty", () => env.one.decrypt("", { context: "a" })],
		["blank", () => env.one.decrypt(sealed + " ", { context: "a" })], ["only its head", () => env.one.decrypt(sealed.slice(0, 20), { context: "a" })], ["long", () => env.one.decrypt("A".repeat(400_000), { context: "a" })],
	];
	for (const [name, attempt] of tries) {
		const code = await attempt().then((plain) => "opened " + plain, (error) => error.code);
		if (code !== "invalid_arguments") got.push(name + " " + code);
	}
	const headers = await env.hook.sign({ id: "msg_1", body: "pay 1" });
	const forged = [
		[headers, "pay 2"], [{ ...headers, "webhook-id": "msg_2" }, "pay 1"], [{ ...headers, "webhook-timestamp": "1" }, "pay 1"], [{ ...headers, "webhook-signature": "v1," }, "pay 1"],
		[{ ...headers, "webhook-timestamp": "9999999999999" }, "pay 1"], [[...Object.entries(headers), ["Webhook-Id", "msg_2"]], "pay 1"], [{}, "pay 1"], [{ ...headers, "webhook-signature": "v1,AAAA ".repeat(100) }, "pay 1"],
	];
	for (const [index, args] of forged.entries()) {
		const said = await env.hook.verify(...args).catch((error) => error.code);
		if (said !== false && said !== "invalid_arguments") got.push("webhook " + index + " " + said);
	}
	for (const id of ["msg.1", "a b", "", "x".repeat(300), "msg\\n"]) {
		const code = await env.hook.sign({ id, body: "x" }).then(() => "signed", (error) => error.code);
		if (code !== "invalid_arguments") got.push("id " + code);
	}
	if ((await env.hook.verify(headers, "pay 1")) !== true || (await env.one.decrypt(sealed, { context: "a" })) !== "kept") got.push("the honest one is refused");
	return got;
};`;

export const attack = async ({ api }: Scene): Promise<void> => {
	for (const name of ["seal_one", "seal_two"])
		await api.request("PUT", `/v1/secrets/${name}`, { value: `hex:${randomBytes(32).toString("hex")}` });
	await api.request("PUT", "/v1/secrets/hook_key", { value: `whsec_${randomBytes(32).toString("base64")}` });
	const grants = {
		one: { verb: "crypto.seal", secret: "seal_one" },
		two: { verb: "crypto.seal", secret: "seal_two" },
		hook: { verb: "crypto.webhook", secret: "hook_key" },
	};
	await makeAgent(api, { name: "unsealer", policy: { grants, limits: { wallMs: 25_000, cpuMs: 4_000 } } });
	const run = await api.run({ agent: "unsealer", program: PROGRAM, language: "javascript" });
	assert.deepEqual([run.status, run.result, run.error?.message], ["succeeded", [], undefined]);
};
