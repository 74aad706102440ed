import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Replay } from "../../contract/replays.ts";
import type { Run } from "../../contract/runs.ts";
import type { ReplaySetting } from "./replay-setting.ts";

/** What holds of forks. */
export const forkTests = (setting: () => ReplaySetting): void => {
	describe("a fork", () => {
		let once: Run | undefined;
		const Asked = z.tuple([z.number(), z.string(), z.literal(200)]);
		const asks = () => `export default async (input, env) => {
			const answer = await (await fetch("${setting().origin}/ask")).json();
			console.log("said", answer.count);
			await env.files.append("/workspace/output/notes.txt", "noted " + answer.count + "\\n");
			const sent = await fetch("${setting().origin}/send", { method: "POST", body: "forked " + answer.count });
			return [answer.count, await env.files.readText("/workspace/output/notes.txt"), sent.status];
		}`;

		test("goes on live after the recorded calls, with another answer, and with what they did to the run's files", async () => {
			const recorded = await setting().run(asks());
			const [count, first] = Asked.parse(recorded.result);
			const [ask] = await setting().callsOf(recorded.id);
			const arrived = setting().seen.length;
			const response = { $response: { status: 200, headers: [["content-type", "application/json"]], body: '{"count":"X"}' } };
			const forked = await setting().replay(recorded.id, { from: 1, mode: "live", overrides: { [ask?.id ?? ""]: { value: response } } });
			expect(forked).toMatchObject({
				verdict: "forked",
				run: { mode: "live", source: recorded.id, status: "succeeded", result: ["X", "noted X\n", 200] },
			});
			expect(
				setting()
					.seen.slice(arrived)
					.map(({ method, body }) => [method, body]),
			).toEqual([["POST", "forked X"]]);
			const again = await setting().replay(recorded.id, { from: 2, mode: "live" });
			expect(again.run.result).toEqual([count, first, 200]);
			expect((await setting().replay(forked.run.id)).divergence).toBeNull();
			expect((await setting().platform.api.expect(200, Replay.shape.run, "GET", `/v1/runs/${forked.run.id}`)).source).toBe(recorded.id);
		});

		test("is dry when nothing else is said: writes are planned, and the plan can be approved", async () => {
			const recorded = await setting().run(asks());
			const arrived = setting().posted().length;
			const { run: dry } = await setting().replay(recorded.id, { from: 1 });
			expect(dry).toMatchObject({ mode: "dry", status: "succeeded", source: recorded.id });
			expect(dry.plan?.effects.map(({ effect, method }) => [effect, method])).toEqual([["write", "fetchAny"]]);
			expect(setting().posted().length).toBe(arrived);
		});

		test("gives a call an error in its answer's place", async () => {
			const recorded = await setting().run(
				`export default (input, env) => fetch("${setting().origin}/").then((response) => response.status, (error) => error.code)`,
			);
			const forked = await setting().replay(recorded.id, {
				from: 1,
				overrides: { 1: { error: { code: "upstream_timeout", message: "too slow" } } },
			});
			expect(forked.run.result).toBe("upstream_timeout");
		});

		test("takes an answer that is too large for the agent's object from the store", async () => {
			const recorded = await setting().run(
				"export default async (input, env) => [(await env.state.get('none'))?.length ?? 0, await env.state.get('none')]",
			);
			const { run: forked } = await setting().replay(recorded.id, {
				from: 1,
				mode: "live",
				overrides: { 1: { value: "x".repeat(600_000) } },
			});
			expect(forked).toMatchObject({ status: "succeeded", result: [600_000, null] });
			expect((await setting().replay(forked.id)).verdict).toBe("identical");
		});

		test("has the input files as they were given, whatever the recorded program did to them", async () => {
			const program = `export default async (input, env) => {
				const text = await env.files.readText("/workspace/input/a.txt");
				await env.files.writeText("/workspace/input/a.txt", "changed");
				await env.files.delete("/workspace/input/b.txt");
				return text + await env.state.get("none");
			}`;
			const files = { "/workspace/input/a.txt": { text: "given" }, "/workspace/input/b.txt": { text: "b" } };
			const recorded = await setting().run(program, { files });
			expect(recorded.result).toBe("givennull");
			for (const from of [0, 1, 3])
				expect((await setting().replay(recorded.id, { from, mode: "live" })).run).toMatchObject({
					status: "succeeded",
					result: "givennull",
				});
		});

		test("that takes another way than the calls it repeats ends replay_diverged, with no effect", async () => {
			const recorded = await setting().run(asks());
			const arrived = setting().seen.length;
			const other = asks().replace("/ask", "/other");
			const { run: forked } = await setting().replay(recorded.id, { from: 1, mode: "live", program: other });
			expect(forked).toMatchObject({ status: "failed", error: { code: "replay_diverged", message: expect.stringContaining("/ask") } });
			expect(setting().seen.length).toBe(arrived);
		});

		test("sleeps for real after its recorded calls, and is one run however often its request comes", async () => {
			const recorded = await setting().run(
				`export default async (input, env) => { await fetch("${setting().origin}/a"); await fetch("${setting().origin}/b"); await new Promise((resolve) => setTimeout(resolve, 300)); return Date.now(); }`,
			);
			const headers = { "idempotency-key": "fork-once" };
			const ask = () => setting().platform.api.request("POST", `/v1/runs/${recorded.id}/replay`, { from: 1, mode: "live" }, headers);
			const [one, two] = await Promise.all([ask(), ask()]);
			const [first, second] = [Replay.parse(one?.body).run, Replay.parse(two?.body).run];
			expect(first.id).toBe(second.id);
			expect((first.endedAtMs ?? 0) - (first.startedAtMs ?? 0)).toBeGreaterThanOrEqual(290);
		});

		test("gives its calls the time that they ask for, however long ago its beginning was", async () => {
			const program = `export default async (input, env) => {
				await fetch("${setting().origin}/a");
				const patient = await fetch("${setting().origin}/slow", { signal: AbortSignal.timeout(3_000) }).then(() => "came", () => "gave up");
				await new Promise((resolve) => setTimeout(resolve, 3_100));
				return patient;
			}`;
			const recorded = await setting().run(program);
			expect(recorded.result).toBe("came");
			expect((await setting().replay(recorded.id, { from: 1, mode: "live" })).run.result).toBe("came");
		});

		test("is refused live without the scope for runs", async () => {
			const recorded = await setting().run(asks());
			const replayer = await setting().keyWith(["read:runs", "replay:runs"]);
			expect(await setting().refused(`/v1/runs/${recorded.id}/replay`, { from: 1, mode: "live" }, replayer)).toMatchObject({
				status: 403,
				message: expect.stringContaining("write:runs"),
			});
		});

		test.each<[string, object, string]>([
			["a call that is not there", { from: 1, overrides: { "7": { value: 1 } } }, "no such call"],
			["a call beyond from", { from: 1, overrides: { "2": { value: 1 } } }, "no such call"],
			["an id of no call", { from: 1, overrides: { constructor: { value: 1 } } }, "no such call"],
			["a value that is none", { from: 1, overrides: { "1": {} } }, "overrides"],
			["a malformed tag", { from: 1, overrides: { "1": { value: { $date: "soon" } } } }, "ISO 8601"],
			["a malformed Map", { from: 1, overrides: { "1": { value: { $map: [[{ a: 1 }]] } } } }, "$map"],
			["a deep value", { from: 1, overrides: { "1": { value: JSON.parse(`${"[".repeat(80)}${"]".repeat(80)}`) } } }, "nested"],
			["a huge value", { from: 1, overrides: { "1": { value: Array.from({ length: 120_000 }, () => 0) } } }, "100000"],
			["a malformed response", { from: 1, overrides: { "1": { value: { $response: { status: 99 } } } } }, "$response"],
			["an unknown code", { from: 1, overrides: { "1": { error: { code: "toString", message: "" } } } }, "wanted a code"],
			["a from past the end", { from: 99 }, "at most"],
			["overrides without from", { overrides: { "1": { value: 1 } } }, "from"],
		])("with %s is refused in words", async (_, body, words) => {
			once ??= await setting().run(asks());
			expect(await setting().refused(`/v1/runs/${once.id}/replay`, body)).toMatchObject({
				status: 400,
				code: "invalid_request",
				message: expect.stringContaining(words),
			});
		});
	});
};
