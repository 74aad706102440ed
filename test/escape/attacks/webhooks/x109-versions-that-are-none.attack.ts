/*
 * X109 Asks for versions of other agents, of odd numbers and of deleted programs, deletes pinned ones, and races activations
 * wall: webhooks
 * covers: J22
 * ends: held
 */
import { Agent } from "../../../../contract/agents.ts";
import { ProgramVersion } from "../../../../contract/programs.ts";
import { hookTenant } from "../../hook-tenant.ts";
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

const saying = (text: string): object => ({ program: `export default () => ({ body: ${JSON.stringify(text)} });`, language: "javascript" });

export const attack = async (scene: Scene): Promise<void> => {
	const [tenant, other] = [await hookTenant(scene, { program: "export default () => ({ body: 'one' });" }), await hookTenant(scene)];
	const path = `/v1/agents/${tenant.agentId}/programs`;
	const two = await tenant.api.expect(201, ProgramVersion, "POST", path, saying("two"));
	const three = await tenant.api.expect(201, ProgramVersion, "POST", path, saying("three"));
	want("Numbers of versions", two.version === 2 && three.version === 3 && !three.active, [two, three]);
	const odd = [
		"0",
		"-1",
		"1e20",
		"01",
		"1.0",
		"4",
		"999999999",
		"99999999999999999999",
		"NaN",
		"null",
		"1;drop",
		"1%20or%201=1",
		"%31%30",
		"..",
		"1/..",
		"２",
		"1%00",
		"1,2",
		"latest",
	];
	const probes: Probe[] = odd
		.flatMap((version) => [
			{ path: `${path}/${version}`, key: tenant.key },
			{ method: "DELETE", path: `${path}/${version}`, key: tenant.key },
			{ method: "POST", path: `${path}/${version}/activate`, key: tenant.key },
		])
		.filter(({ path: each }) => !each.includes(".."));
	expectStatuses(probes, await probeAll(scene, probes, 4), [400, 404, 405]);
	for (const programVersion of [0, -1, 1.5, 1e20, 4, "1", null, [1], Number.MAX_SAFE_INTEGER]) {
		const { status, body } = await tenant.api.request("POST", "/v1/runs", { agent: "hooked", programVersion });
		want(`A run of version ${JSON.stringify(programVersion)}`, status >= 400 && status < 500, [status, body]);
	}
	const both = await tenant.api.request("POST", "/v1/runs", { agent: "hooked", programVersion: 2, ...saying("given") });
	want("A run of a version and of a program", both.status === 400, both);
	const theirs: Probe[] = [
		["GET", path],
		["POST", path, saying("mine")],
		["GET", `${path}/1`],
		["DELETE", `${path}/2`],
		["POST", `${path}/2/activate`],
	].map(([method, each, body]) => ({
		method: String(method),
		path: String(each),
		key: other.key,
		...(body === undefined ? {} : { body }),
	}));
	expectStatuses(theirs, await probeAll(scene, theirs), [404]);
	const broken = await tenant.api.request("POST", path, { program: "export default (", language: "javascript", activate: true });
	want("A program that is none", broken.status === 422, broken);
	const pinned = await tenant.trigger({ scheme: "github", programVersion: 2, wait: 20 });
	const active = await tenant.trigger({ scheme: "github", wait: 20 });
	for (const version of [1, 2]) {
		const { status, body } = await tenant.api.request("DELETE", `${path}/${version}`);
		want(`Deleting version ${version}, which is needed`, status === 409, [status, body]);
	}
	const hook = (n: number) => signedHook("github", { secret: tenant.secret, body: `{"n":${n}}`, id: `n-${n}` });
	const raced = await Promise.all(
		[1, 2, 3, 1, 2, 3, 1, 2, 3]
			.map((version) => tenant.api.request("POST", `${path}/${version}/activate`))
			.concat([1, 2, 3].map((version) => tenant.api.request("DELETE", `${path}/${version}`))),
	);
	want(
		"Activations that race deletions",
		raced.every(({ status }) => [200, 404, 409].includes(status)),
		raced.map(({ status }) => status),
	);
	const agent = await tenant.api.expect(200, Agent, "GET", `/v1/agents/${tenant.agentId}`);
	const still = await tenant.api.request("GET", `${path}/${agent.programVersion}`);
	want("The version that is active afterwards", still.status === 200, [agent.programVersion, still]);
	const said = [await sendHook(scene, pinned, hook(1)), await sendHook(scene, active, hook(2))];
	wantStatus("Hooks after the race", said, 200);
	want("What a pinned trigger runs", said[0]?.text === "two", said[0]?.text);
	want("What the other runs", said[1]?.text === ["", "one", "two", "three"][agent.programVersion ?? 0], [
		agent.programVersion,
		said[1]?.text,
	]);
	const again = await tenant.api.expect(201, ProgramVersion, "POST", path, saying("four"));
	want("A number after deletions", again.version === 4, again.version);
};
