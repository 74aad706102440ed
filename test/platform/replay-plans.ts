import { describe, expect, test } from "vitest";
import { Run } from "../../contract/runs.ts";
import type { ReplaySetting } from "./replay-setting.ts";
import { errorOf, makeAgent } from "./start-platform.ts";

/** What holds of dry runs' plans. */
export const planTests = (setting: () => ReplaySetting): void => {
	describe("a plan", () => {
		const pays = () => `export default async (input, env) => {
			const { count } = await (await fetch("${setting().origin}/price")).json();
			const order = { id: crypto.randomUUID(), at: Date.now() };
			await fetch("${setting().origin}/pay", { method: "POST", body: [input.item, order.id, order.at].join(" ") });
			await env.ledger?.put("ledger/paid", input.item);
			await env.state.put("paid", input.item);
			return [input.item, await env.state.get("paid")];
		}`;
		const approve = (digest: string | undefined, rest: object = {}) =>
			setting().platform.api.request("POST", "/v1/runs", { approvePlan: digest, ...rest });

		test("is executed once, as it stands: the dry run's program, input and chance, and its effects without a question", async () => {
			const ledger = { verb: "state", prefix: "ledger/", labels: [], approval: "always" };
			await makeAgent(setting().platform.api, { name: "payer", policy: { grants: { ...setting().grants, ledger } } });
			const dry = await setting().run(pays(), { agent: "payer", dryRun: true, input: { item: "shoes" } });
			expect(dry).toMatchObject({ mode: "dry", status: "succeeded", result: ["shoes", null] });
			expect(dry.plan?.effects.map(({ method, verb, approval }) => [verb, method, approval !== null])).toEqual([
				["http.fetch", "fetchAny", false],
				["state", "put", true],
				["state", "put", false],
			]);
			const before = setting().posted().length;
			const answers = await Promise.all([approve(dry.plan?.digest), approve(dry.plan?.digest)]);
			expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
			const executed = answers.find(({ status }) => status === 201)?.body;
			expect(executed).toMatchObject({ status: "succeeded", mode: "live", source: dry.id, result: ["shoes", "shoes"] });
			expect(dry.plan?.effects[0]?.args).toContain(JSON.stringify(setting().posted().at(-1)));
			expect(setting().posted().length).toBe(before + 1);
			const second = await approve(dry.plan?.digest);
			expect(errorOf(second)).toMatchObject({ code: "conflict", message: expect.stringContaining(Run.parse(executed).id) });
		});

		test("is stopped at the first step aside: an effect that is another by now is not done", async () => {
			const program = `export default async (input, env) => { const { count } = await (await fetch("${setting().origin}/read")).json(); await fetch("${setting().origin}/pay", { method: "POST", body: "count " + count }); return 1; }`;
			const dry = await setting().run(program, { dryRun: true });
			const before = setting().posted().length;
			const answer = await approve(dry.plan?.digest);
			expect(answer.body).toMatchObject({
				status: "failed",
				error: { code: "replay_diverged", message: expect.stringContaining("which the plan does not have") },
			});
			expect(setting().posted().length).toBe(before);
		});

		test("ends replay_diverged when effects of it are left over", async () => {
			const program = `export default async (input, env) => { if (!(await env.state.get("stop"))) await fetch("${setting().origin}/pay", { method: "POST", body: "x" }); return 1; }`;
			const dry = await setting().run(program, { dryRun: true });
			await setting().run("export default (input, env) => env.state.put('stop', true)");
			expect((await approve(dry.plan?.digest)).body).toMatchObject({
				status: "failed",
				error: { code: "replay_diverged", message: expect.stringContaining("1 of the plan's effects not made") },
			});
		});

		test("is refused that is unknown, another tenant's, of a failed dry run, of another policy, with fields beside it, or of an agent that takes no runs", async () => {
			const agent = await makeAgent(setting().platform.api, { name: "planner", policy: { grants: setting().grants } });
			const dry = await setting().platform.api.run({ agent: agent.id, program: pays(), input: { item: "hat" }, dryRun: true });
			const digest = dry.plan?.digest ?? "";
			expect(errorOf(await approve(digest.replace(/^sha256:./, "sha256:g")))).toMatchObject({ code: "not_found" });
			expect(errorOf(await approve(`sha256:${"0".repeat(64)}${digest.slice(-17)}`))).toMatchObject({ code: "not_found" });
			const other = (await setting().platform.tenant("stranger")).api;
			expect(await setting().refused("/v1/runs", { approvePlan: digest }, other)).toMatchObject({ status: 404 });
			expect(errorOf(await approve(digest, { input: 1, labels: [] }))).toMatchObject({
				code: "invalid_request",
				message: expect.stringContaining("input, labels"),
			});
			const failed = await setting().platform.api.run({
				agent: agent.id,
				program: "export default () => { throw new Error('no'); }",
				dryRun: true,
			});
			expect(errorOf(await approve(failed.plan?.digest))).toMatchObject({ code: "not_found" });
			await setting().platform.api.request("POST", `/v1/agents/${agent.id}/disable`);
			expect(errorOf(await approve(digest))).toMatchObject({ code: "conflict", message: expect.stringContaining("disabled") });
			await setting().platform.api.request("POST", `/v1/agents/${agent.id}/enable`);
			await setting().platform.api.request("PATCH", `/v1/agents/${agent.id}`, {
				policy: { grants: setting().grants, limits: { calls: 7 } },
			});
			expect(errorOf(await approve(digest))).toMatchObject({
				code: "conflict",
				message: expect.stringContaining("version 1 of the agent's policy"),
			});
		});
	});
};
