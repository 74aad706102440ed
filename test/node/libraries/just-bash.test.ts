import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeValue, encodeValue } from "../../../contract/tagged-json.ts";
import type { GrantShape } from "../../../worker/executor/protocol.ts";
import { type GateRequest, startWorkerd, type TestWorkerd } from "../harness/start-workerd.ts";
import { resultWith, runWith } from "./library-run.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const METHODS = ["list", "readText", "readBytes", "writeText", "writeBytes", "delete"];
const files: GrantShape = { name: "files", verb: "files", methods: METHODS, streams: [] };

const value = (result: unknown): string => {
	const encoding = encodeValue(result);
	if (encoding.kind === "refused") throw new Error(encoding.message);
	return JSON.stringify({ kind: "value", value: encoding.text });
};
const refusal = (code: string, message: string): string =>
	JSON.stringify({ kind: "error", code, message, hint: "Allowed: /workspace/input (read), /workspace/output (write)." });

/** Answers calls as a files grant with an input that may be read and an output that may be written, and notes them. */
const serveFiles = (inputs: Readonly<Record<string, string>>, mounts = ["/workspace/input", "/workspace/output"]) => {
	const stored = new Map<string, Uint8Array<ArrayBuffer>>(
		Object.entries(inputs).map(([path, text]) => [path, new TextEncoder().encode(text)]),
	);
	const calls: string[] = [];
	workerd.answerWith((call: GateRequest) => {
		const decoded = decodeValue(call.args);
		const args: unknown[] = decoded.kind !== "refused" && Array.isArray(decoded.value) ? decoded.value : [];
		const [path, content] = [String(args[0]), args[1]];
		calls.push(`${call.method} ${path}`);
		if (!mounts.some((mount) => path === mount || path.startsWith(`${mount}/`)))
			return refusal("file_denied", `${call.method}: ${path} is in no mount of the grant`);
		switch (call.method) {
			case "list":
				return value(
					[...stored]
						.filter(([name]) => name.startsWith(`${path}/`))
						.map(([name, bytes]) => ({ path: name, bytes: bytes.length, modifiedAtMs: 1_000 + bytes.length })),
				);
			case "readBytes":
				return value(new Uint8Array(stored.get(path) ?? []));
			case "writeText":
			case "writeBytes":
				if (path.startsWith("/workspace/input"))
					return refusal("file_denied", `${call.method}: /workspace/input is mounted for reading only`);
				stored.set(path, content instanceof Uint8Array ? new Uint8Array(content) : new TextEncoder().encode(String(content)));
				return value(undefined);
			case "delete":
				return value(stored.delete(path));
			default:
				return refusal("internal", call.method);
		}
	});
	return { calls, text: (path: string) => new TextDecoder().decode(stored.get(path)), has: (path: string) => stored.has(path) };
};

const shell = (commands: string, after = "results"): string => `import { createShell } from "just-bash";
	export default async (input, env) => {
		const shell = await createShell(env.files);
		const results = [];
		for (const command of ${commands}) {
			const { stdout, stderr, exitCode } = await shell.exec(command);
			results.push([stdout, stderr, exitCode]);
		}
		return ${after};
	}`;

describe("the shell over the workspace", () => {
	test("greps, sorts, pipes and writes through the grant", async () => {
		const host = serveFiles({
			"/workspace/input/log.txt": "GET /a 200\nGET /b 500\nPOST /c 500\nGET /b 500\n",
			"/workspace/input/deep/other.json": '{"n":[3,1,2]}',
			"/workspace/input/unread.txt": "never read",
		});
		const result = await resultWith(
			workerd,
			shell(
				JSON.stringify([
					"grep 500 /workspace/input/log.txt | awk '{print $2}' | sort | uniq -c | sort -rn > /workspace/output/x.txt",
					"cat output/x.txt && jq -c '.n | sort' input/deep/other.json",
					"ls -l /workspace/input | wc -l; find . -name '*.json'; echo more >> output/x.txt; cp output/x.txt output/sub/y.txt || (mkdir -p output/sub && cp output/x.txt output/sub/y.txt)",
				]),
			),
			{ grants: [files] },
		);
		expect(result).toMatchObject([
			["", "", 0],
			["   2 /b\n   1 /c\n[1,2,3]\n", "", 0],
			[expect.stringContaining("./input/deep/other.json\n"), expect.anything(), 0],
		]);
		expect(host.text("/workspace/output/x.txt")).toBe("   2 /b\n   1 /c\nmore\n");
		expect(host.text("/workspace/output/sub/y.txt")).toBe("   2 /b\n   1 /c\nmore\n");
		expect(host.calls).not.toContain("readBytes /workspace/input/unread.txt");
	});

	test("logs each command with its exit code, and why it failed", async () => {
		serveFiles({});
		const { logs } = await runWith(workerd, shell(JSON.stringify(["echo hi", "cat /workspace/input/none", "seq 3 | xargs -n 1 echo"])), {
			grants: [files],
		});
		expect(logs.map(({ level, text }) => `${level} ${text}`)).toEqual([
			"log $ echo hi",
			"log exit 0",
			"log $ cat /workspace/input/none",
			expect.stringMatching(/^warn exit 1: cat: \/workspace\/input\/none: No such file or directory$/),
			"log $ seq 3 | xargs -n 1 echo",
			"log exit 0",
		]);
	});

	test("logs a bounded number of commands, each of bounded length", async () => {
		serveFiles({});
		const { logs } = await runWith(workerd, shell('Array.from({ length: 210 }, () => "true " + "x".repeat(1000))'), { grants: [files] });
		expect(logs).toHaveLength(401);
		expect(logs.at(-1)?.text).toBe("$ … (further commands are not logged: 200 were)");
		expect(Math.max(...logs.map(({ text }) => text.length))).toBe(502);
	});

	test("a write that the grant refuses changes nothing and is an error of the command", async () => {
		const host = serveFiles({ "/workspace/input/a.txt": "a" });
		const result = await resultWith(
			workerd,
			shell(
				JSON.stringify([
					"echo b > /workspace/input/a.txt",
					"cat /workspace/input/a.txt",
					"echo x | tee /workspace/elsewhere.txt",
					"ls /workspace",
				]),
			),
			{ grants: [files] },
		);
		expect(result).toMatchObject([
			["", "bash: writeBytes: /workspace/input is mounted for reading only\n", 1],
			["a", "", 0],
			["x\n", "bash: writeBytes: /workspace/elsewhere.txt is in no mount of the grant\n", 1],
			["input\noutput\n", "", 0],
		]);
		expect(host.text("/workspace/input/a.txt")).toBe("a");
		expect(host.has("/workspace/elsewhere.txt")).toBe(false);
	});

	test("sees what the program did beside it, moves and deletes", async () => {
		const host = serveFiles({ "/workspace/output/a.txt": "one" });
		const result = await resultWith(
			workerd,
			`import { createShell } from "just-bash";
			export default async (input, env) => {
				const shell = await createShell(env.files);
				const first = (await shell.exec("cat output/a.txt")).stdout;
				await env.files.writeText("/workspace/output/a.txt", "second");
				await env.files.writeText("/workspace/output/b.txt", "b");
				const second = (await shell.exec("cat output/a.txt output/b.txt; mv output/b.txt output/c.txt; rm output/a.txt; ls output")).stdout;
				await env.files.delete("/workspace/output/c.txt");
				return [first, second, (await shell.exec("ls output; echo t > /tmp/t; cat /tmp/t")).stdout];
			}`,
			{ grants: [files] },
		);
		expect(result).toEqual(["one", "secondbc.txt\n", "t\n"]);
		expect([host.has("/workspace/output/a.txt"), host.has("/workspace/output/b.txt")]).toEqual([false, false]);
	});

	test("keeps bytes as they are", async () => {
		const host = serveFiles({ "/workspace/input/ü.txt": "Straße\nÄpfel\n" });
		const result = await resultWith(
			workerd,
			shell(
				JSON.stringify([
					"sort input/ü.txt > output/s.txt; echo /wBh | base64 -d > output/b.bin; base64 output/b.bin; echo aGk= | base64 -d >> output/s.txt",
				]),
			),
			{
				grants: [files],
			},
		);
		expect(result).toEqual([["/wBh\n", "", 0]]);
		expect(host.text("/workspace/output/s.txt")).toBe("Äpfel\nStraße\nhi");
	});

	test("gives the grant each changed file once when the command line has ended, also when that ends badly", async () => {
		const host = serveFiles({ "/workspace/output/log.txt": "0\n" });
		const result = await resultWith(
			workerd,
			shell(
				JSON.stringify(["for i in $(seq 50); do echo $i >> output/log.txt; done", "echo kept > output/kept.txt; while true; do :; done"]),
			),
			{ grants: [files] },
		);
		expect(result).toMatchObject([
			["", "", 0],
			["", expect.stringContaining("too many"), 126],
		]);
		expect(host.text("/workspace/output/log.txt").split("\n")).toHaveLength(52);
		expect(host.calls.filter((call) => !call.startsWith("list"))).toEqual([
			"readBytes /workspace/output/log.txt",
			"writeBytes /workspace/output/log.txt",
			"writeBytes /workspace/output/kept.txt",
		]);
	});

	test("a move that is refused loses nothing", async () => {
		const host = serveFiles({ "/workspace/output/a.txt": "a", "/workspace/input/b.txt": "b" });
		const result = await resultWith(
			workerd,
			shell(JSON.stringify(["mv output/a.txt input/a.txt", "ls output input", "cat output/a.txt input/b.txt"])),
			{
				grants: [files],
			},
		);
		expect(result).toMatchObject([
			["", expect.stringContaining("reading only"), 1],
			["output:\na.txt\n\ninput:\nb.txt\n", "", 0],
			["ab", "", 0],
		]);
		expect([host.text("/workspace/output/a.txt"), host.text("/workspace/input/b.txt")]).toEqual(["a", "b"]);
	});

	test("runs one command line at a time", async () => {
		const host = serveFiles({});
		const program = `import { createShell } from "just-bash";
			export default async (input, env) => {
				const shell = await createShell(env.files);
				const done = await Promise.all([1, 2, 3].map((n) => shell.exec("echo " + n + " >> output/n.txt; wc -l < output/n.txt")));
				return done.map(({ stdout }) => Number(stdout));
			}`;
		expect(await resultWith(workerd, program, { grants: [files] })).toEqual([1, 2, 3]);
		expect(host.text("/workspace/output/n.txt")).toBe("1\n2\n3\n");
	});

	test("says what to do when the grant mounts other folders, and takes them", async () => {
		serveFiles({ "/workspace/data/a.csv": "x" }, ["/workspace/data"]);
		const refused = await runWith(workerd, shell("[]"), { grants: [files] });
		expect(refused.outcome).toMatchObject({ kind: "threw", message: expect.stringContaining("folders: [...]") });
		const program = shell('["ls data"]').replace("createShell(env.files)", 'createShell(env.files, { folders: ["/workspace/data"] })');
		expect(await resultWith(workerd, program, { grants: [files] })).toEqual([["a.csv\n", "", 0]]);
		const none = await runWith(workerd, 'import { createShell } from "just-bash"; export default () => createShell(undefined)');
		expect(none.outcome).toMatchObject({ kind: "threw", message: expect.stringContaining("createShell(env.files)") });
	});

	test("has no network, no Node, no other interpreter, and ends a loop", async () => {
		serveFiles({});
		const result = await resultWith(
			workerd,
			shell(
				JSON.stringify([
					"curl https://example.com",
					"python3 -c 'print(1)'",
					"js-exec 'process'",
					"gzip -k /tmp/a",
					"echo x > /tmp/a; gzip /tmp/a",
					"while true; do :; done",
					"sqlite3 :memory: 'select 1'",
				]),
			),
			{ grants: [files] },
		);
		expect(result).toMatchObject([
			["", expect.stringContaining("command not"), 127],
			["", expect.stringContaining("command not"), 127],
			["", expect.stringContaining("command not"), 127],
			[expect.anything(), expect.anything(), 1],
			["", expect.stringContaining("not available in this shell"), 1],
			[expect.anything(), expect.stringContaining("too many"), 126],
			["", expect.anything(), expect.anything()],
		]);
	});

	test("Bash by itself works over memory", async () => {
		const program = `import { Bash } from "just-bash";
			export default async () => (await new Bash({ files: { "/data/a.txt": "b\\na\\n" } }).exec("sort /data/a.txt | tr '\\\\n' ,")).stdout`;
		expect(await resultWith(workerd, program)).toBe("a,b,");
	});
});
