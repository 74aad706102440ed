import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiClient, createApiClient } from "../../scripts/support/api-client.ts";
import { type Cordon, startCordon } from "../../supervisor/start-cordon.ts";
import { makeAgent } from "./start-platform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

let cordon: Cordon;
let dataFolder: string;
let api: ApiClient;
let upstream: Upstream;
const start = async (): Promise<void> => {
	cordon = await startCordon({ port: 0, host: "127.0.0.1", dataFolder, executors: 2, developmentHosts: [upstream.host] });
	api = createApiClient(cordon.url, cordon.key);
};
beforeAll(async () => {
	upstream = await startUpstream();
	dataFolder = await mkdtemp(join(tmpdir(), "cordon-files-"));
	await start();
});
afterAll(async () => {
	await cordon.stop();
	await upstream.close();
	await rm(dataFolder, { recursive: true, force: true });
});

const MOUNTS = { "/workspace/input": "read", "/workspace/output": "write", "/workspace/tmp": "write" };
const agent = (name: string, mounts: Record<string, string> = MOUNTS) =>
	makeAgent(api, { name, policy: { grants: { files: { verb: "files", mounts } }, limits: { wallMs: 25_000, cpuMs: 10_000 } } });
const fileOf = async (run: string, path: string): Promise<Response> =>
	fetch(`${cordon.url}/v1/runs/${run}/files${path}`, { headers: { authorization: `Bearer ${cordon.key}` } });

describe("a program's files", () => {
	test("are written, added to, streamed, copied, moved, kept on the host and read back", async () => {
		await agent("writer");
		const run = await api.run({
			agent: "writer",
			files: { "/workspace/input/a.csv": { text: "a,b\n1,2\n" } },
			program: `export default async (input, { files }) => {
				const out = "/workspace/output";
				await files.copy("/workspace/input/a.csv", out + "/a.csv");
				await files.append(out + "/a.csv", "3,4\\n");
				await files.writeBytes("/workspace/tmp/big", new Uint8Array(700_000).fill(7));
				const sizes = [];
				const stream = files.stream("/workspace/tmp/big");
				for await (const part of stream) sizes.push(part.length);
				const { bytes } = await stream.result;
				const handle = await files.handle("/workspace/tmp/big", { type: "application/x-sevens" });
				await files.write(out + "/big", handle);
				const tail = await files.read(out + "/big", { offset: 699_998, length: 100 });
				const stored = [];
				for await (const part of files.stream(out + "/big")) stored.push(part.length);
				await files.move(out + "/big", out + "/d/big");
				const sum = (await files.readBytes(out + "/d/big")).reduce((sum, byte) => sum + byte, 0);
				const refused = await files.append(out + "/d/big", "x").catch((error) => error.code);
				const unknown = await files.write(out + "/x", { handle: "hdl_0" }).catch((error) => error.code);
				return { text: await files.readText(out + "/a.csv"), sizes, bytes, handle: handle.type, tail: [...tail], stored, sum, refused, unknown,
					list: [...(await files.list(out)), ...(await files.list("/workspace/tmp"))].map((file) => file.path + " " + file.bytes) };
			}`,
		});
		expect(run.error).toBeNull();
		expect(run.result).toEqual({
			text: "a,b\n1,2\n3,4\n",
			sizes: [262_144, 262_144, 175_712],
			bytes: 700_000,
			handle: "application/x-sevens",
			tail: [7, 7],
			stored: [262_144, 262_144, 175_712],
			sum: 4_900_000,
			refused: "file_denied",
			unknown: "invalid_arguments",
			list: ["/workspace/output/a.csv 12", "/workspace/output/d/big 700000", "/workspace/tmp/big 700000"],
		});
		expect(run.files).toEqual([
			{ path: "/workspace/output/a.csv", bytes: 12 },
			{ path: "/workspace/output/d/big", bytes: 700_000 },
		]);
		expect((await fileOf(run.id, "/workspace/tmp/big")).status).toBe(404);
		expect((await fileOf(run.id, "/workspace/input/a.csv")).status).toBe(404);
	});

	test("that are streamed and left half-way hold nothing up", async () => {
		await agent("leaver");
		const run = await api.run({
			agent: "leaver",
			program: `export default async (input, { files }) => {
				await files.writeBytes("/workspace/tmp/a", new Uint8Array(700_000));
				await files.write("/workspace/tmp/b", await files.handle("/workspace/tmp/a"));
				let parts = 0;
				for (let at = 0; at < 40; at += 1)
					for await (const part of files.stream("/workspace/tmp/" + (at % 2 === 0 ? "a" : "b"))) { parts += 1; break; }
				return [parts, (await files.readBytes("/workspace/tmp/b")).length];
			}`,
		});
		expect([run.error, run.result]).toEqual([null, [40, 700_000]]);
	});

	test("may be what http brought, of any size, and go out as it came", async () => {
		const web = {
			verb: "http.fetch",
			allow: [{ host: upstream.host, scheme: "http", methods: ["GET", "POST"] }],
			limits: { responseBytes: 16_000_000, requestBytes: 16_000_000 },
		};
		const grants = { files: { verb: "files", mounts: MOUNTS }, web };
		await makeAgent(api, { name: "carrier", policy: { grants, limits: { wallMs: 25_000, cpuMs: 10_000 } } });
		const run = await api.run({
			agent: "carrier",
			input: `http://${upstream.host}`,
			program: `export default async (url, { files, web }) => {
				const path = "/workspace/output/big";
				await files.write(path, await web.fetch(url + "/big?bytes=9000000", { as: "handle" }));
				let bytes = 0;
				for await (const part of files.stream(path)) bytes += part.length;
				const refused = await files.readText(path).catch((error) => error.code + ": " + error.message);
				await web.fetch(url + "/taken", { method: "POST", body: await files.handle(path) });
				return { bytes, refused };
			}`,
		});
		expect([run.error, run.result]).toEqual([
			null,
			{
				bytes: 9_000_000,
				refused: "response_too_large: readText: /workspace/output/big has 9000000 bytes, wanted at most 2097152 in one answer",
			},
		]);
		expect(run.files).toEqual([{ path: "/workspace/output/big", bytes: 9_000_000 }]);
		expect(upstream.arrived.find(({ url }) => url === "/taken")?.body).toBe("x".repeat(9_000_000));
	});

	test("that are outputs are served with their length, at once and after a restart", async () => {
		await agent("keeper");
		const run = await api.run({
			agent: "keeper",
			program: `export default async (input, { files }) => {
				await files.writeText("/workspace/output/a.txt", "kept é");
				for (let at = 0; at < 4; at += 1) await files.append("/workspace/tmp/b", new Uint8Array(500_000).fill(1));
				await files.write("/workspace/output/b", await files.handle("/workspace/tmp/b"));
			}`,
		});
		expect(run.error).toBeNull();
		const check = async (): Promise<void> => {
			const small = await fileOf(run.id, "/workspace/output/a.txt");
			expect([small.status, small.headers.get("content-length"), await small.text()]).toEqual([200, "7", "kept é"]);
			const large = await fileOf(run.id, "/workspace/output/b");
			expect([large.status, large.headers.get("content-length")]).toEqual([200, "2000000"]);
			expect(new Uint8Array(await large.arrayBuffer()).every((byte) => byte === 1)).toBe(true);
		};
		await check();
		await cordon.stop();
		await start();
		await check();
	}, 120_000);
});
