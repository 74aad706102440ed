import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startWorkerd, type TestWorkerd } from "../harness/start-workerd.ts";
import { compileWith, resultWith, runWith } from "./library-run.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());
const calls: string[] = [];
beforeEach(() => {
	calls.length = 0;
	workerd.answerWith((call) => {
		calls.push(`${call.method} ${call.args.slice(0, 200)}`);
		return JSON.stringify({ kind: "value", value: call.method === "list" ? "[]" : "null" });
	});
});
const files = { name: "files", verb: "files", methods: ["list", "readBytes", "writeBytes", "delete"], streams: [] };
const MAIN = "export default () => 1;";

const shell = async (command: string): Promise<{ stdout: number; stderr: string; exitCode: number; text: string }> =>
	Object(
		await resultWith(
			workerd,
			`import { createShell } from "just-bash";
			export default async (input, env) => {
				const { stdout, stderr, exitCode } = await (await createShell(env.files)).exec(${JSON.stringify(command)});
				return { stdout: stdout.length, text: stdout.slice(0, 300), stderr: stderr.slice(0, 300), exitCode };
			}`,
			{ grants: [files] },
		),
	);

describe("a shell command that would never end, or grow for ever", () => {
	test.each([
		["yes | head -n 3"],
		["yes > /tmp/y"],
		[":(){ :|:& };:"],
		["f() { f; }; f"],
		["f() { f | f; }; f"],
		["echo {1..1000000000}"],
		["echo {a..z}{a..z}{a..z}{a..z}{a..z}{a..z}"],
		["seq 1000000000 | tail -n 1"],
		["seq 1 0.0000001 1000000 | head -1"],
		["printf '%1000000000s' x"],
		["x=aaaaaaaa; while true; do x=$x$x; done"],
		["cat /dev/zero | head -c 10"],
		["cat /dev/urandom > /tmp/z"],
		["dd if=/dev/zero of=/tmp/z bs=1M count=100000"],
		["for i in $(seq 1000000); do echo $i; done"],
		["until false; do :; done"],
		["awk 'BEGIN { while (1) x = x \"a\" }'"],
		["awk 'BEGIN { for (;;) print 1 }' | head -1"],
		["echo a | sed ':l;s/a/aa/;b l'"],
		["jq -n '[range(1000000000)] | length'"],
		["jq -n 'def f: f; f'"],
		["echo $((2 ** 62 * 4)) $((1 / 0))"],
		["cat <(cat <(cat <(yes)))"],
		["exec 3<>/tmp/f; cat <&3 >&3"],
		["while read l; do echo $l; done < /dev/zero"],
	])(
		"%s ends by the shell's own limits",
		async (command) => {
			const { stdout } = await shell(command);
			expect(stdout).toBeLessThan(20_000_000);
		},
		90_000,
	);
});

describe("a shell command that would leave its folder", () => {
	test.each([
		["echo x > /workspace/../etc/passwd; cat /etc/passwd"],
		["mkdir -p /tmp/a && ln -s /workspace /tmp/a/w && echo x > /tmp/a/w/../../etc/x"],
		["ln -s / /workspace/root; ls /workspace/root"],
		["ln -s /workspace/output /tmp/l; ln -s /tmp/l /workspace/l"],
		["cd /; cat proc/self/environ proc/1/environ /proc/self/maps"],
		["cat /bundle/main.ts /libraries/zod.js /harness.js"],
		["cp -r / /tmp/all"],
		["mv /workspace /tmp/w"],
		["rm -rf / --no-preserve-root"],
		["chmod 777 / && chown root /workspace"],
		["mount -t tmpfs x /workspace"],
	])(
		"%s tells and touches nothing of the host",
		async (command) => {
			const { text, stderr } = await shell(command);
			expect(text + stderr).not.toMatch(/\/tmp\/cordon|node_modules|\/work\/main|TOKEN|harness\.ts|export default/);
			for (const call of calls) expect(call).toMatch(/^(list|readBytes|writeBytes|delete) \["\/workspace(\/|")/);
		},
		20_000,
	);

	test("a name with line ends, quotes or a thousand segments is one path of the grant, or refused", async () => {
		await shell(`printf x > "$(printf '/workspace/output/a\\nb\\x27c')"; mkdir -p /workspace/output${"/d".repeat(1_000)}`);
		for (const call of calls) expect(call).toMatch(/^(list|readBytes|writeBytes|delete) \["\/workspace(\/|")/);
	});
});

describe("the log of a shell", () => {
	test("is bounded, whatever commands print", async () => {
		const program = `import { createShell } from "just-bash";
			export default async (input, env) => {
				const shell = await createShell(env.files);
				for (let index = 0; index < 400; index += 1) await shell.exec("echo " + "x".repeat(3000) + " >&2; false # " + "\\n".repeat(500));
				return 1;
			}`;
		const { logs } = await runWith(workerd, program, { grants: [files] });
		expect(logs.length).toBeLessThanOrEqual(401);
		expect(logs.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(300_000);
	}, 30_000);
});

describe("specifiers that would reach what is not granted", () => {
	test.each([
		...[
			"./../libraries/zod.js",
			"../../../libraries/zod.js",
			"./%2e%2e/libraries/zod.js",
			"..%2flibraries/zod.js",
			"./..\\libraries\\zod.js",
		],
		...[
			"./../libraries/./zod.js",
			"zod/../zod",
			"zod.",
			"zod..",
			"./zod.js.",
			"zod%00",
			"zo\u0064\u200b",
			"\uff5aod",
			"ｚｏｄ",
			"zod\n",
			"\tzod",
		],
		...["/../libraries/zod.js", "//zod", "file:///libraries/zod.js", "worker:zod", "cloudflare-internal:env", "node:internal"],
		...[
			"node-internal:crypto",
			"workerd:unsafe",
			"internal:zod",
			"wasm:zod",
			"x".repeat(100_000),
			`${"../".repeat(30_000)}libraries/zod.js`,
		],
	])("%.60j leads nowhere, static or not", async (specifier) => {
		const still = await compileWith(workerd, { "main.ts": MAIN, "lib/a.ts": `import ${JSON.stringify(specifier)};` }, ["yaml"]);
		expect(still.kind).toBe("invalid");
		const reach = `export default async () => { try { return Object.keys(await import(${JSON.stringify(specifier)})).length; } catch { return "none"; } }`;
		expect(await resultWith(workerd, { "main.ts": reach }, { granted: ["yaml"] })).toBe("none");
		const computed = `export default async (input) => { const name = ${JSON.stringify(specifier)}; try { return Object.keys(await import(name)).length; } catch { return "none"; } }`;
		expect(await resultWith(workerd, { "main.ts": computed }, { granted: ["yaml"] })).toBe("none");
	});

	test("a computed name reaches no library that the program does not import by name, whatever path it takes", async () => {
		const program = `import "yaml";
			export default async () => {
				const found = [];
				for (const name of ["zod", "./zod", "/libraries/zod.js", "../libraries/zod.js", "libraries/zod.js", "./libraries/zod.js", import.meta.url, "./main.ts"])
					await import(name).then((module) => found.push([name, Object.keys(module).length > 5]), () => undefined);
				return [found.filter(([, many]) => many), typeof import.meta.resolve, Object.keys(import.meta)];
			}`;
		const [found, , keys] = Array.from<unknown>(Object(await resultWith(workerd, program, { granted: ["yaml", "zod"] })));
		expect(found).toEqual([]);
		expect(JSON.stringify(keys)).not.toMatch(/env|require|dir|filename/);
	});

	test("modules in a circle that hand on libraries end, and give what each names", async () => {
		const result = await resultWith(workerd, {
			"main.ts": 'export * from "./a.ts"; import { z, mean } from "./b.ts"; export default () => [typeof z.string, mean([1, 3])];',
			"a.ts": 'export * from "./b.ts"; export * from "zod";',
			"b.ts": 'export * from "./a.ts"; export * from "simple-statistics";',
		});
		expect(result).toEqual(["function", 2]);
	});

	test("what a library or the program does to prototypes does not change what the host is told", async () => {
		const { outcome, logs } = await runWith(
			workerd,
			`import { parse } from "yaml"; import Papa from "papaparse"; import { XMLParser } from "fast-xml-parser";
			export default () => {
				parse("__proto__: { polluted: 1 }\\nconstructor: { prototype: { polluted: 2 } }");
				Papa.parse("__proto__,constructor\\n1,2", { header: true });
				try { new XMLParser().parse("<a><__proto__><polluted>3</polluted></__proto__></a>"); } catch {}
				const before = {}.polluted;
				Object.prototype.toJSON = () => "forged"; Object.prototype.kind = "forged"; Array.prototype.map = () => ["forged"]; String.prototype.slice = () => "forged";
				JSON.stringify = () => "forged"; Map.prototype.get = () => "forged";
				return { before: before === undefined, list: [1, "two"] };
			}`,
		);
		expect(outcome).toMatchObject({ kind: "returned", result: { before: true, list: [1, "two"] } });
		expect(logs).toEqual([]);
	});
});
