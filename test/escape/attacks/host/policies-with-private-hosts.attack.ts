/*
 * X45 Writes policies whose rules, templates and token servers name private hosts, in spellings of the corpus
 * wall: egress
 * ends: held
 */
import { ADDRESS_CORPUS } from "../../../platform/address-corpus.ts";
import { probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

/** The whole corpus is tried against the guard itself, by test/node/verbs/address-corpus.test.ts; loopback may be named, and is opened by the operator alone. */
const STEP = 23;

export const attack = async (scene: Scene): Promise<void> => {
	const urls = ADDRESS_CORPUS.filter(
		(url, index) => index % STEP === 0 && URL.canParse(url) && new URL(url).username === "" && /^https?:/.test(url),
	);
	const hosts = [
		...urls.map((url) => new URL(url).host),
		"169.254.169.254",
		"10.0.0.0/8",
		"*",
		"*.internal",
		"*.com.",
		"metadata.google.internal",
		"0",
		"例え.internal",
	].filter((host) => host !== "" && !/^(?:localhost|127\.|\[::1\]$)/.test(host));
	const policies = hosts.flatMap((host) => [
		{ grants: { web: { verb: "http.fetch", allow: [{ host, scheme: "any" }] } } },
		{
			grants: {
				web: {
					verb: "http.fetch",
					allow: [{ host: "api.example.com" }],
					inject: { oauth2: { tokenUrl: `https://${host.replace("*.", "")}/token`, clientId: "x", clientSecretSecret: "token" } },
				},
			},
		},
		{ grants: { web: { verb: "http.fetch", templates: { go: { url: `https://${host}/a/{b}`, params: { b: {} } } } } } },
	]);
	const answers = await probeAll(
		scene,
		policies.map((policy, index) => ({ method: "POST", path: "/v1/agents", body: { name: `inward-${index}-${Date.now()}`, policy } })),
	);
	const taken = answers.flatMap(({ status }, index) => (status < 400 ? [JSON.stringify(policies[index])] : []));
	if (taken.length > 0)
		throw new Error(`Policies with private hosts: found ${taken.length} taken, such as ${taken.slice(0, 6).join(" ")}, wanted all refused`);
};
