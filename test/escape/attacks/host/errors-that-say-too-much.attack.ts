/*
 * J23 Provokes refusals of every kind and reads them for the host's insides
 * wall: host
 * ends: held
 */
import { operationProbes } from "../../operation-probes.ts";
import { type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { nobodysIds } from "../../victims-ids.ts";

const INSIDES =
	/\bat [\w.<>]+ \(|\.ts:\d|\.js:\d|node_modules|SQLITE|D1_|drizzle|select .* from|ZodError|TypeError|workerd|miniflare|\/tmp\/|\/work\/|stack/i;

export const attack = async (scene: Scene): Promise<void> => {
	const probes: Probe[] = operationProbes([...nobodysIds(), scene.agentId]).flatMap((each) => [
		{ ...each, path: `${each.path}?nothing=1` },
		{ ...each, headers: { ...each.headers, "idempotency-key": "" } },
		...(each.body === undefined
			? []
			: [
					{ ...each, body: "{" },
					{ ...each, body: [] },
					{ ...each, body: { [`x${"y".repeat(3_000)}`]: 1 } },
				]),
		{ ...each, path: each.path.replace(/[a-z]{3}_[0-9a-z]+|nobodys/g, "%E0%A4%A") },
	]);
	const answers = await probeAll(scene, probes);
	answers.forEach(({ status, text, code }, index) => {
		if (status >= 400 && (code === "" || code === "internal"))
			throw new Error(`${probes[index]?.path}: found ${text.slice(0, 200)}, wanted an error with a code`);
		const found = status >= 400 ? INSIDES.exec(text)?.[0] : undefined;
		if (found !== undefined)
			throw new Error(
				`${probes[index]?.method} ${probes[index]?.path}: found "${found}" in ${text.slice(0, 200)}, wanted nothing of the host's insides`,
			);
		if (status >= 400 && text.length > 8_000)
			throw new Error(`${probes[index]?.path}: found an error of ${text.length} characters, wanted a bounded one`);
	});
};
