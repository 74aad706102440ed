import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../../contract/limits.ts";
import { Call, RunLog } from "../../contract/runs.ts";
import { sharePlatform } from "./share-platform.ts";
import { allPages, errorOf, makeAgent, type Platform } from "./start-platform.ts";

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
	await makeAgent(platform.api, {
		name: "clerk",
		policy: {
			grants: { files: { verb: "files", mounts: { "/workspace/input": "read", "/workspace/output": "write" } } },
			limits: { wallMs: 15_000, cpuMs: 5_000, calls: 1_000 },
		},
	});
});
afterAll(() => platform.stop());

const run = (program: string, rest: object = {}) => platform.api.run({ program, ...rest });

describe("the console", () => {
	test("is captured with levels, in order, at its time", async () => {
		const { logs, logsTruncated, startedAtMs } = await run(
			'export default async () => { console.log("a %s", { b: 1 }); console.warn(new Map([[1, 2]])); console.error(new TypeError("t")); console.debug(); console.info(null, [1n]); }',
		);
		expect(logs.map(({ seq, level }) => [seq, level])).toEqual([
			[1, "log"],
			[2, "warn"],
			[3, "error"],
			[4, "debug"],
			[5, "info"],
		]);
		expect(logs.map((line) => line.text.split("\n")[0])).toEqual(["a { b: 1 }", "Map(1) { 1 => 2 }", "TypeError: t", "", "null [ 1n ]"]);
		expect(logsTruncated).toBe(false);
		for (const line of logs) expect(Math.abs(line.atMs - (startedAtMs ?? 0))).toBeLessThan(60_000);
	});

	test("is bounded in lines, in a line's length and in all", async () => {
		const many = await run("export default async () => { for (let i = 0; i < 1500; i++) console.log(i); }");
		expect([many.status, many.logs.length, many.logsTruncated]).toEqual(["succeeded", LIMITS.logLines, true]);
		const long = await run('export default async () => { console.log("y".repeat(1e5)); return 1; }');
		expect(long.logs[0]?.text.length).toBeLessThanOrEqual(LIMITS.logLineChars + 10);
		const wide = await run('export default async () => { for (let i = 0; i < 900; i++) console.log("z".repeat(4000)); }');
		expect(wide.logs.reduce((sum, line) => sum + line.text.length, 0)).toBeLessThanOrEqual(LIMITS.logChars);
		expect(wide.logsTruncated).toBe(true);
	});

	test("of a run that was killed is kept", async () => {
		const killed = await run('export default async () => { console.log("kept"); for (;;); }', { limits: { cpuMs: 200 } });
		expect(killed.error?.code).toBe("cpu_exceeded");
		expect(killed.logs.map((line) => line.text)).toEqual(["kept"]);
	});

	test("is read page by page, each line once", async () => {
		const { id } = await run("export default async () => { for (let i = 0; i < 25; i++) console.log(`line ${i}`); }");
		const logs = await allPages(platform.api, `/v1/runs/${id}/logs`, RunLog, 7);
		expect(logs.map((line) => line.text)).toEqual(Array.from({ length: 25 }, (_, index) => `line ${index}`));
	});
});

describe("files", () => {
	test("go in as text and as bytes, and come out as attachments", async () => {
		const made = await platform.api.run({
			agent: "clerk",
			program: `export default async (input, env) => {
				const text = await env.files.readText("/workspace/input/a b.csv");
				const bytes = await env.files.readBytes("/workspace/input/b.bin");
				await env.files.writeText("/workspace/output/dir/é \\" x.html", "<script>" + text);
				await env.files.writeBytes("/workspace/output/c.bin", bytes.reverse());
				await env.files.writeJson("/workspace/output/d.json", { a: 1 });
				return (await env.files.list("/workspace/output")).map(({ path }) => path);
			}`,
			files: { "/workspace/input/a b.csv": { text: "x;y\n" }, "/workspace/input/b.bin": { base64: "AAEC/w==" } },
		});
		expect(made.error).toBeNull();
		expect(made.files).toEqual([
			{ path: "/workspace/output/c.bin", bytes: 4 },
			{ path: "/workspace/output/d.json", bytes: 7 },
			{ path: '/workspace/output/dir/é " x.html', bytes: 12 },
		]);
		const fetched = await fetch(
			`${platform.cordon.url}/v1/runs/${made.id}/files/workspace/output/${encodeURIComponent("dir")}/${encodeURIComponent('é " x.html')}`,
			{
				headers: { authorization: `Bearer ${platform.cordon.key}` },
			},
		);
		expect([fetched.status, await fetched.text()]).toEqual([200, "<script>x;y\n"]);
		expect(fetched.headers.get("content-type")).toBe("application/octet-stream");
		expect(fetched.headers.get("content-disposition")).toBe(`attachment; filename*=UTF-8''${encodeURIComponent('é " x.html')}`);
		expect(fetched.headers.get("x-content-type-options")).toBe("nosniff");
		const bytes = await fetch(`${platform.cordon.url}/v1/runs/${made.id}/files/workspace/output/c.bin`, {
			headers: { authorization: `Bearer ${platform.cordon.key}` },
		});
		expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([255, 2, 1, 0]);
		const inputs = await platform.api.request("GET", `/v1/runs/${made.id}/files/workspace/input/b.bin`);
		expect([inputs.status, errorOf(inputs).code]).toEqual([404, "not_found"]);
	});

	test.each([
		"/workspace/../etc/passwd",
		"/etc/passwd",
		"workspace/a",
		"/workspace//a",
		"/workspace/a/",
		"/workspace/a\\b",
		"/workspace/a\u0000",
		"/workspace/..",
	])("at %j are refused", async (path) => {
		const answer = await platform.api.request("POST", "/v1/runs", {
			agent: "clerk",
			program: "export default () => 1",
			files: { [path]: { text: "" } },
		});
		expect([answer.status, errorOf(answer).code]).toEqual([400, "invalid_request"]);
		expect(errorOf(answer).message).toMatch(/files.*wanted/);
	});
});

describe("the calls of a run", () => {
	test("are listed in order with arguments, decision and an unbroken chain, page by page", async () => {
		const made = await platform.api.run({
			agent: "clerk",
			program: `export default async (input, env) => {
				for (let i = 0; i < 12; i++) await env.files.writeText("/workspace/output/" + i, "n");
				await env.files.readText("/etc/passwd").catch(() => 0);
				return 1;
			}`,
		});
		const calls = await allPages(platform.api, `/v1/runs/${made.id}/calls`, Call, 5);
		expect(calls.map((call) => call.seq)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
		expect(new Set(calls.map((call) => call.id)).size).toBe(13);
		expect(calls[0]).toMatchObject({
			grant: "files",
			verb: "files",
			method: "writeText",
			decision: "allowed",
			status: "done",
			args: '["/workspace/output/0","n"]',
		});
		expect(calls[12]).toMatchObject({ decision: "denied", status: "denied", error: { code: "file_denied" } });
		for (const [index, call] of calls.entries()) {
			expect(call.hash).toMatch(/^[0-9a-f]{64}$/);
			if (index > 0) expect(call.previousHash).toBe(calls[index - 1]?.hash);
		}
		expect(made.usage.calls).toBe(12);
	});

	test("are all answered when there are many at once: done, or refused as too many", async () => {
		const made = await platform.api.run({
			agent: "clerk",
			program: `export default async (input, env) => {
				const codes = await Promise.all(Array.from({ length: 200 }, (_, i) => env.files.writeText("/workspace/output/n", "" + i).then(() => "done", (e) => e.code)));
				return [...new Set(codes)].sort();
			}`,
		});
		expect(made.error).toBeNull();
		for (const code of Array.isArray(made.result) ? made.result : []) expect(["done", "calls_exceeded"]).toContain(code);
	});
});
