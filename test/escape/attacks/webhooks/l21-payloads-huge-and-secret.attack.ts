/*
 * L21 Ends runs with a megabyte, markup, sealed secrets and tags of the boundary, and reads what receivers are told
 * wall: webhooks
 * covers: D02
 * ends: held
 */
import { z } from "zod";
import { LIMITS } from "../../../../contract/limits.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";

const Body = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) });
const PROGRAM = `export default async (input) => {
	const mark = "result-of-the-program";
	switch (input.how) {
		case "huge": return mark + "x".repeat(1_000_000);
		case "markup": return { [mark]: "</script><script>alert(1)</script>", "__proto__x": [new Map([["a", 1n]]), new Date(0), undefined] };
		case "throws": console.log(mark); throw new Error(mark + " " + "y".repeat(100_000));
		case "edge": return "z".repeat(input.count);
		default: return { mark, input };
	}
};`;

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene, { program: PROGRAM });
	const { receiver } = scene.servers;
	const thin = await tenant.endpoint({ url: receiver.urlOf(), events: ["*"] });
	const full = await tenant.endpoint({ url: receiver.urlOf(), events: ["*"], payload: "full" });
	const told = async (input: Record<string, string | number>): Promise<readonly { text: string; data: Record<string, unknown> }[]> => {
		const run = await tenant.api.run({ agent: "hooked", input });
		return Promise.all(
			[thin, full].map(async (endpoint) => {
				await tenant.delivery(endpoint, ({ status, createdAtMs }) => status === "succeeded" && createdAtMs >= (run.createdAtMs ?? 0));
				const came = receiver.at(endpoint.url).find(({ body }) => body.includes(run.id));
				want("A delivery of the run", came !== undefined, run.id);
				const text = came?.body ?? "{}";
				scene.platform.canaries.check("a delivery", `${text}${JSON.stringify(came?.headers)}`);
				return { text, data: Body.parse(JSON.parse(text)).data };
			}),
		);
	};
	for (const how of ["huge", "markup", "throws", "echo"]) {
		const [lean, rich] = await told({ how });
		want(
			`What the thin payload of "${how}" has`,
			!(lean?.text ?? "result").includes("result-of-the-program") && (lean?.text.length ?? 0) < 20_000,
			lean?.text.slice(0, 300),
		);
		want(`What the full payload of "${how}" has`, (rich?.text.length ?? 0) < LIMITS.eventResultBytes + 20_000, rich?.text.length);
		if (how === "huge")
			want("A result past the most", rich?.data["resultOmitted"] === true && !rich.text.includes("xxxx"), rich?.text.slice(0, 300));
		if (how === "throws") want("An error's text", !(rich?.text ?? "").includes("yyyy"), rich?.text.slice(0, 300));
	}
	for (const count of [LIMITS.eventResultBytes - 2, LIMITS.eventResultBytes - 1, LIMITS.eventResultBytes]) {
		const [, rich] = await told({ how: "edge", count });
		want(
			`A result of ${count + 2} bytes`,
			(rich?.data["resultOmitted"] === true) === count + 2 > LIMITS.eventResultBytes,
			rich?.text.length,
		);
	}
};
