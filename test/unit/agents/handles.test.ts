import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { runContents } from "../../../worker/blobs/run-contents.ts";
import type { HostContents } from "../../../worker/verbs/verb.ts";
import { type AgentUnderTest, call as callOn, goodEnd, makeAgent, stubOf } from "./agent-under-test.ts";

const FILES = { grants: { files: { verb: "files", mounts: { "/workspace": "write" }, limits: { callsPerMinute: 10_000 } } } };
const BYTES = { type: "text/plain", mostBytes: LIMITS.contentBytes };

/** A live run of the agent, and its contents on the host. */
const startRun = async (agent: AgentUnderTest) => {
	const command = agent.command();
	await agent.object.admit(agent.entry, command);
	const { runId } = command;
	const { tenantId } = agent.entry;
	const contents = runContents(env, agent.object, { tenantId, runId, attempt: 1 });
	const call = async (method: string, ...args: unknown[]) => callOn(agent, { runId, grant: "files", method, args });
	return { runId, tenantId, contents, call };
};
const storeText = async (contents: HostContents, text: string): Promise<string> => {
	const stored = await contents.store(new TextEncoder().encode(text), BYTES);
	if (stored.kind !== "stored") throw new Error(stored.message);
	return stored.handle.handle;
};
const textOf = async (contents: HostContents, handle: string): Promise<string | null> => {
	const content = await contents.open(handle);
	return content === null ? null : new Response(content.body).text();
};
/** Keys of a run's content in the store. */
const keysOf = async (tenantId: string, runId: string): Promise<string[]> =>
	(await env.BLOBS.list({ prefix: `tenants/${tenantId}/runs/${runId}/` })).objects.map(({ key }) => key);

describe("a handle", () => {
	it("gives its bytes and type to its own run, also when the object's process has died between", async () => {
		const agent = await makeAgent(FILES);
		const { contents } = await startRun(agent);
		const handle = await storeText(contents, "hello");
		await evictDurableObject(stubOf(agent));
		expect(await contents.open(handle)).toMatchObject({ bytes: 5, type: "text/plain" });
		expect(await textOf(contents, handle)).toBe("hello");
	});

	it("is none to another run, another attempt, another agent, another tenant, and to its own run after the end", async () => {
		const agent = await makeAgent(FILES);
		const { contents, runId, tenantId } = await startRun(agent);
		const handle = await storeText(contents, "hello");
		const strangers = [
			(await startRun(agent)).contents,
			(await startRun(await makeAgent(FILES))).contents,
			runContents(env, agent.object, { tenantId, runId, attempt: 2 }),
		];
		for (const stranger of strangers) {
			expect(await stranger.open(handle)).toBeNull();
			expect(await stranger.keepAsFile("/workspace/output/a", handle)).toBe("no_handle");
		}
		const other = await startRun(agent);
		expect(await other.call("write", "/workspace/output/a", { handle })).toMatchObject({
			kind: "error",
			code: "invalid_arguments",
			message: "write argument 2.handle: there is no such handle in this run",
		});
		await agent.object.finish(goodEnd(runId));
		expect(await contents.open(handle)).toBeNull();
		expect(await contents.keepAsFile("/workspace/output/a", handle)).toBe("no_handle");
		expect(await contents.store(new Uint8Array(1), BYTES)).toEqual({ kind: "too_large", message: "the run is over" });
	});

	it("becomes a file that is read in the store, and one more handle of it costs no bytes", async () => {
		const agent = await makeAgent(FILES);
		const { contents, call } = await startRun(agent);
		const handle = await storeText(contents, "a,b\n1,2\n");
		expect(await call("write", "/workspace/output/a.csv", { handle, bytes: 8, type: "text/csv" })).toEqual({ kind: "done", value: null });
		expect(await call("readText", "/workspace/output/a.csv")).toMatchObject({ kind: "act" });
		expect(await call("stat", "/workspace/output/a.csv")).toMatchObject({ kind: "done", value: { bytes: 8 } });
		const shared = await call("handle", "/workspace/output/a.csv");
		if (shared.kind !== "done") throw new Error(JSON.stringify(shared));
		expect(shared.value).toMatchObject({ bytes: 8 });
		await call("move", "/workspace/output/a.csv", "/workspace/output/b.csv");
		const file = await contents.openFile("/workspace/output/b.csv");
		expect(file === null ? null : await new Response(file.body).text()).toBe("a,b\n1,2\n");
		const part = await contents.openRange("/workspace/output/b.csv", 4, 100);
		expect(part === null ? null : [part.bytes, await new Response(part.body).text()]).toEqual([4, "1,2\n"]);
		expect((await contents.openRange("/workspace/output/b.csv", 8, 1))?.bytes).toBe(0);
		expect((await contents.openRange("/workspace/output/b.csv", 800, 1))?.bytes).toBe(0);
		expect(await contents.openRange("/workspace/output/none", 0, 1)).toBeNull();
	});

	it("does not become a file where a directory is, whoever asks", async () => {
		const agent = await makeAgent(FILES);
		const { contents, call } = await startRun(agent);
		const handle = await storeText(contents, "x");
		await call("writeText", "/workspace/output/😀/a", "x");
		for (const path of ["/workspace/output", "/workspace/output/😀", "/workspace/output/😀/a/b"]) {
			expect(await contents.keepAsFile(path, handle)).toBe("quota");
			expect(await call("write", path, { handle })).toMatchObject({ code: "file_denied" });
		}
		expect(await contents.keepAsFile("/workspace/output/😀/b", handle)).toBe("written");
		expect(await call("list", "/workspace/output/😀")).toMatchObject({
			value: [{ path: "/workspace/output/😀/a" }, { path: "/workspace/output/😀/b" }],
		});
	});
});

describe("a run's handles", () => {
	it("are at most so many; of three hundred the rest are refused in words and leave nothing in the store", async () => {
		const agent = await makeAgent(FILES);
		const { contents, runId, tenantId } = await startRun(agent);
		const outcomes: string[] = [];
		for (let at = 0; at < 300; at += 1) {
			const stored = await contents.store(new Uint8Array([at % 256]), BYTES);
			outcomes.push(stored.kind === "stored" ? "stored" : stored.message);
		}
		expect(outcomes.slice(0, LIMITS.handlesPerRun).every((outcome) => outcome === "stored")).toBe(true);
		expect(new Set(outcomes.slice(LIMITS.handlesPerRun))).toEqual(
			new Set([
				`the run keeps ${LIMITS.handlesPerRun} handles, or ${LIMITS.contentTotalBytes} bytes behind them, on the host, the most it may`,
			]),
		);
		expect(await keysOf(tenantId, runId)).toHaveLength(LIMITS.handlesPerRun);
	});

	it("have at most so many bytes together, and one that is refused leaves its place", async () => {
		const agent = await makeAgent(FILES);
		const { runId } = await startRun(agent);
		const take = async (handle: string, bytes: number) => {
			const named = { runId, attempt: 1, handle, type: "a/b", key: `key-${handle}` };
			await agent.object.takeHandle({ ...named, arrival: { kind: "begins" } });
			const taken = await agent.object.takeHandle({ ...named, arrival: { kind: "written", bytes } });
			if (taken === "quota") await agent.object.takeHandle({ ...named, arrival: { kind: "gone" } });
			return taken;
		};
		for (let at = 0; at < 3; at += 1) expect(await take(newId("hdl"), LIMITS.contentBytes)).toBe("taken");
		expect(await take("almost", LIMITS.contentBytes - 1)).toBe("taken");
		for (let at = 0; at < LIMITS.handlesPerRun; at += 1) expect(await take(newId("hdl"), 2)).toBe("quota");
		expect(await take("last", 1)).toBe("taken");
	});

	it("do not show content that is still on its way", async () => {
		const agent = await makeAgent(FILES);
		const { runId, contents, call } = await startRun(agent);
		const named = { runId, attempt: 1, handle: newId("hdl"), type: "a/b", key: "k" };
		expect(await agent.object.takeHandle({ ...named, arrival: { kind: "begins" } })).toBe("taken");
		expect(await contents.open(named.handle)).toBeNull();
		expect(await contents.keepAsFile("/workspace/output/a", named.handle)).toBe("no_handle");
		expect(await call("write", "/workspace/output/a", { handle: named.handle })).toMatchObject({ code: "invalid_arguments" });
	});

	it("leave nothing in the store when a body breaks or is too large, and keep their place", async () => {
		const agent = await makeAgent(FILES);
		const { runId, tenantId, contents } = await startRun(agent);
		for (let at = 0; at < LIMITS.handlesPerRun + 1; at += 1) {
			const stored = await contents.store(new Uint8Array(11), { type: "a/b", mostBytes: 10 });
			expect(stored).toEqual({ kind: "too_large", message: "it has more than 10 bytes, the most that may be kept" });
		}
		const broken = new ReadableStream<Uint8Array>({
			pull: (controller) => controller.error(new Error("the far side is gone")),
		});
		await expect(contents.store(broken, BYTES)).rejects.toThrow("the far side is gone");
		expect(await keysOf(tenantId, runId)).toEqual([]);
		expect(await storeText(contents, "fits")).toMatch(/^hdl_/);
	});
});

describe("a run's files in its object", () => {
	it("are appended to over the parts of a file, byte for byte", async () => {
		const agent = await makeAgent(FILES);
		const { call, contents } = await startRun(agent);
		const piece = "0123456789".repeat(20_000);
		for (let at = 0; at < 4; at += 1) await call("append", "/workspace/output/log", piece);
		expect(await call("stat", "/workspace/output/log")).toMatchObject({ value: { bytes: 800_000 } });
		const whole = await call("readText", "/workspace/output/log");
		expect(whole.kind === "done" && whole.value === piece.repeat(4)).toBe(true);
		await call("copy", "/workspace/output/log", "/workspace/output/copy");
		await call("writeText", "/workspace/output/log", "");
		await call("append", "/workspace/output/log", "x");
		expect(await call("readText", "/workspace/output/log")).toEqual({ kind: "done", value: "x" });
		await call("move", "/workspace/output/copy", "/workspace/output/log");
		const file = await contents.openFile("/workspace/output/log");
		expect(file === null ? null : (await new Response(file.body).text()) === piece.repeat(4)).toBe(true);
		expect(await call("list", "/workspace/output")).toMatchObject({ value: [{ path: "/workspace/output/log", bytes: 800_000 }] });
	});

	it("of an input that was added to are outputs then", async () => {
		const agent = await makeAgent(FILES);
		const command = agent.command({ files: [{ path: "/workspace/input/a", bytes: new Uint8Array([65]) }] });
		await agent.object.admit(agent.entry, command);
		await callOn(agent, { runId: command.runId, grant: "files", method: "append", args: ["/workspace/input/a", "B"] });
		expect((await agent.object.finish(goodEnd(command.runId)))?.run.files).toEqual([{ path: "/workspace/input/a", bytes: 2 }]);
	});
});
