/*
 * L01 Posts to triggers of every scheme without a signature, with wrong, cut, old-version and empty ones
 * wall: webhooks
 * covers: L03
 * ends: held
 */
import { SCHEMES } from "../../../../contract/triggers.ts";
import { hookTenant, newHookSecret } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { type HookRequest, sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

/** No parser may have seen it: who reads it before the signature says 400. */
const BODIES = ['{"n":1}', "{", `${"[".repeat(10_000)}`, '{"__proto__":{}}', "\u0000"];
const SIGNATURE = /signature/;

/** The values that stand where the signature stood. */
const forgedFrom = (right: string): string[] => {
	const [, prefix = "", digest = ""] = /^(.*[=,])?([^=,]+=*)$/.exec(right) ?? [];
	return [
		...["", " ", ",", "=", "v1", "v1,", "v1=", "v0=", "sha256=", "null", "undefined", "[]", "{}", "0", "true"],
		...[1, 2, 16, digest.length / 2, digest.length - 2, digest.length - 1].map((length) => `${prefix}${digest.slice(0, length)}`),
		...["0", "00", digest, " ", "\t", "=", ";", "%00"].map((behind) => `${right}${behind}`),
		prefix,
		digest === "" ? right : `${prefix}${digest.replace(/[0-9a-zA-Z]/, (sign) => (sign === "0" ? "1" : "0"))}`,
		`${prefix}${"0".repeat(digest.length)}`,
		`${prefix}${"=".repeat(digest.length)}`,
		right.replace("v1,", "v0,").replace("v1=", "v0=").replace("sha256=", "sha1=").replace("v0=", "v2="),
		right.replace("v1,", "v1a,").replace("v1=", "v1a="),
		right.replace("v1,", "V1,").replace("v1=", "V1="),
	].filter((text) => text !== right && text.trim() !== right);
};

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	for (const scheme of SCHEMES) {
		const trigger = await tenant.trigger({ scheme });
		const body = BODIES[0] ?? "";
		const right = signedHook(scheme, { secret: tenant.secret, body });
		const tries: HookRequest[] = BODIES.flatMap((each) => [
			{ headers: { "content-type": "application/json" }, body: each },
			signedHook(scheme, { secret: newHookSecret(), body: each }),
			signedHook(scheme, { secret: "whsec_AAAA", body: each }),
		]);
		for (const [name, value] of Object.entries(right.headers)) {
			if (!SIGNATURE.test(name)) continue;
			for (const forged of forgedFrom(value))
				if (forged !== value.toUpperCase()) tries.push({ body, headers: { ...right.headers, [name]: forged } });
			const others = Object.fromEntries(Object.entries(right.headers).filter(([other]) => other !== name));
			tries.push({ body, headers: others }, { body, headers: { ...others, "x-signature": value, authorization: value } });
		}
		// Hex of the other case is the same signature, and is tried where it is allowed.
		const answers = await Promise.all(tries.map((each) => sendHook(scene, trigger, each)));
		wantStatus(`Forged requests of ${scheme}`, answers, 401);
		want(
			"What a forger is told",
			answers.every(({ text }) => !text.includes(tenant.agentId) && !text.includes("hooked")),
			answers[0]?.text,
		);
		const noted = await tenant.requests(trigger);
		want(`What is noted of forged requests of ${scheme}`, noted.length === 0, noted);
		wantStatus(`The right one of ${scheme}`, [await sendHook(scene, trigger, right)], 202);
	}
	const runs = await tenant.runs();
	want("Runs beside the right ones", runs.length === SCHEMES.length, runs.length);
};
