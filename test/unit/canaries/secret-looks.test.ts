import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Policy } from "../../../contract/agents.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { runError } from "../../../contract/runs.ts";
import { putResource } from "../../../worker/resources/put-resource.ts";
import { makeAgent } from "../agents/agent-under-test.ts";
import { admitTo, type RunUnderTest } from "../agents/run-under-test.ts";
import { GRANTS, post, putSecret, startWatched, toldBy } from "./canary-scene.ts";

const SECRET = "Zq8vT3nLw0pXcB7rYkD5mHgA";
const SIGNED: Policy["grants"] = {
	...GRANTS,
	signer: { verb: "crypto.sign", secret: "payout", algorithm: "hmac-sha256" },
};

/** A run whose policy names a secret that its tenant has, in another grant than those that it sends with. */
const startSealed = async (value = SECRET, policy: Partial<Policy> = {}): Promise<RunUnderTest> => {
	const run = await startWatched({ grants: SIGNED, ...policy });
	await putSecret(run, "payout", value);
	return run;
};

describe("a sealed secret", () => {
	it("that is about to go out is denied before the call is kept, and told of once; the second time ends the run", async () => {
		const run = await startSealed();
		const denied = await run.ask(1, post(`a=${btoa(SECRET)}`));
		expect(denied).toMatchObject({ kind: "error", code: "secret_seen" });
		expect((await run.run()).status).toBe("running");
		const [call] = await run.calls();
		expect(call).toMatchObject({ decision: "denied", status: "denied", args: null, error: { code: "secret_seen" } });
		expect(await run.ask(2, post(SECRET))).toMatchObject({ code: "secret_seen" });
		expect(await run.run()).toMatchObject({ status: "failed", error: { code: "quarantined" } });
		expect(await run.ask(3, post("nothing"))).toMatchObject({ code: "run_ended" });
		const data = { grant: "web", method: "fetch", code: "secret_seen", reason: "secret", call: call?.id };
		expect((await toldBy(run)).map((event) => event.data)).toEqual([data]);
		const stored = await run.inside((state) =>
			["calls", "call_texts", "runs", "events", "outbox"].map((table) =>
				JSON.stringify(state.sql.exec(`SELECT * FROM ${table}`).toArray()),
			),
		);
		expect(stored.join("")).not.toContain(SECRET.slice(0, 12));
		expect(stored.join("")).not.toContain(btoa(SECRET));
	});

	it("is never asked of a person: no approval is made that shows it", async () => {
		const asking = { ...SIGNED, web: { ...SIGNED["web"], verb: "http.fetch", approval: "always" } };
		const run = await startSealed(SECRET, { grants: asking });
		expect(await run.ask(1, post(SECRET))).toMatchObject({ code: "secret_seen" });
		expect(await run.ask(2, ["ask", "ask", { question: `Is it ${SECRET}?` }])).toMatchObject({ code: "secret_seen" });
		expect(await run.inside((state) => state.sql.exec("SELECT count(*) AS count FROM approvals").one()["count"])).toBe(0);
	});

	it("that was sealed after a person was asked is not sent when the person has approved", async () => {
		const asking = { ...SIGNED, web: { ...SIGNED["web"], verb: "http.fetch", approval: "always" } };
		const run = await startWatched({ grants: asking });
		const callId = await run.waits(1, post(SECRET));
		await putSecret(run, "payout", SECRET);
		await run.decide(callId, "approve");
		expect(await run.wait(callId)).toMatchObject({ kind: "answer", text: expect.stringContaining("secret_seen") });
		expect((await run.run()).status).toBe("running");
		// That was the first time: it counts as any other does.
		expect(await run.ask(2, post(SECRET))).toMatchObject({ code: "secret_seen" });
		expect(await run.run()).toMatchObject({ status: "failed", error: { code: "quarantined" } });
	});

	it("of another tenant, and of no grant of the policy, says nothing", async () => {
		const [run, other] = [await startWatched({ grants: SIGNED }), await startSealed()];
		expect(run.agent.entry.tenantId).not.toBe(other.agent.entry.tenantId);
		await run.act(1, post(SECRET));
		await putSecret(other, "unnamed", "Another9Value8Which7Nobody6Names");
		await other.act(1, post("Another9Value8Which7Nobody6Names"));
	});

	it("that a model of the policy names is looked for too", async () => {
		const run = await startWatched();
		await putSecret(run, "provider", SECRET);
		const route = { provider: "openai", model: "m", secret: "provider", usdMicrosPerMillionInput: 0, usdMicrosPerMillionOutput: 0 };
		const model = {
			tenantId: run.agent.entry.tenantId,
			kind: "model",
			name: "fast",
			description: { routes: [route] },
			previous: null,
		} as const;
		await putResource(env, model, { action: "Naming a model", several: "models" });
		expect(await run.ask(1, post(SECRET))).toMatchObject({ code: "secret_seen" });
	});

	it("shorter than the limit is not looked for, one of the limit is", async () => {
		const short = "Xk3!pQ9".slice(0, LIMITS.soughtSecretBytes - 1);
		const run = await startSealed(short);
		await run.act(1, post(short));
		const longer = await startSealed(`${short}z`);
		expect(await longer.ask(1, post(`${short}z`))).toMatchObject({ code: "secret_seen" });
	});

	it("that cannot be opened lets nothing out, and nothing of what the run leaves", async () => {
		const run = await startSealed();
		await env.DB.prepare("UPDATE secrets SET sealed = 'AAAA' WHERE tenant_id = ?").bind(run.agent.entry.tenantId).run();
		expect(await run.ask(1, post("nothing"))).toMatchObject({ kind: "error", code: "secret_unavailable" });
		expect(await run.ask(2, ["memory", "put", "k", 1])).toMatchObject({ kind: "done" });
		await run.finish({ result: { fine: SECRET } });
		expect(await run.run()).toMatchObject({ status: "failed", result: null, logs: [], error: { code: "internal" } });
	});

	it("is cut out of a run's result, its error, its lines and the names of its files", async () => {
		const run = await startSealed();
		await run.ask(1, ["files", "writeText", `/workspace/output/${SECRET}.txt`, "text"]);
		await run.ask(2, ["files", "writeText", `/workspace/output/${btoa(SECRET)}.txt`, "text"]);
		const lines = [`a ${SECRET}`, `b ${encodeURIComponent(`${SECRET}?`)}`].map((text, index) => ({
			seq: index + 1,
			atMs: 1,
			level: "log" as const,
			text,
		}));
		await run.agent.object.appendLogs(run.runId, run.attempt, lines);
		expect((await run.run()).logs.map(({ text }) => text)).toEqual(["a [redacted]", "b [redacted]%3F"]);
		await run.finish({ result: { [SECRET]: [btoa(`x${SECRET}`), 7] }, logs: lines });
		const ended = await run.run();
		expect(ended.status).toBe("succeeded");
		expect(JSON.stringify(ended.result)).toContain("[redacted]");
		expect(ended.files.map(({ path }) => path).sort()).toEqual(["/workspace/output/[redacted].txt", "/workspace/output/[redacted].txt-2"]);
		const failed = await startSealed();
		const error = { ...runError("program_threw", `bad ${SECRET}`), stack: `Error: bad ${SECRET}\n at x` };
		await failed.finish({ status: "failed", result: null, error, logs: lines });
		for (const shown of [ended, await failed.run()]) expect(JSON.stringify(shown)).not.toContain(SECRET);
		expect((await failed.run()).error?.message).toBe("bad [redacted]");
	});

	it("is cut out of the names of files of a run that is cancelled while it waits", async () => {
		const asking = { ...SIGNED, ask: { verb: "human.ask" } };
		const run = await startSealed(SECRET, { grants: asking });
		await run.ask(1, ["files", "writeText", `/workspace/output/${SECRET}`, "text"]);
		await run.park(await run.waits(2, ["ask", "ask", { question: "Go on?" }]));
		const cancelled = await run.agent.object.cancel(run.runId, "it is enough");
		expect(cancelled?.files.map(({ path }) => path)).toEqual(["/workspace/output/[redacted]"]);
		expect((await run.run()).files.map(({ path }) => path)).toEqual(["/workspace/output/[redacted]"]);
	});

	it("that stood in bytes of the result leaves a result that can be read", async () => {
		const run = await startSealed();
		await run.finish({ result: { $bytes: btoa(SECRET), as: "Uint8Array" } });
		expect((await run.run()).result).toBe("[redacted]");
	});
});

describe("a policy that names more secrets than are looked for", () => {
	it("lets nothing out, and says why", async () => {
		const signers = Object.fromEntries(
			Array.from({ length: 40 }, (_, index) => [
				`web${index}`,
				{
					verb: "http.fetch",
					allow: [{ host: "example.com" }],
					inject: Array.from({ length: 4 }, (__, each) => ({ header: `x-key-${each}`, format: "{secret}", secret: `s${index}x${each}` })),
				},
			]),
		);
		const run = await admitTo(await makeAgent({ grants: { ...GRANTS, ...signers } }));
		expect(await run.ask(1, post("nothing"))).toMatchObject({
			code: "secret_unavailable",
			message: expect.stringContaining(`${LIMITS.soughtSecrets}`),
		});
	});
});
