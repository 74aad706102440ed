/**
 * One question, asked of every peer by a program. `says`: what the program reaches is in its result, as ESCAPED; how it ends otherwise is its own doing.
 * `stops`: the program never ends by itself; somebody must stop it. In both, whoever runs it must still answer afterwards, within bounded memory.
 */
export interface Probe {
	readonly id: string;
	readonly asks: string;
	readonly kind: "says" | "stops";
	/** Body of an async function. CANARY and PORT are replaced by the name of a variable in the host's environment and the port of a listener on loopback. */
	readonly body: string;
}

/** What every peer must do before anything else is asked of it: a peer that is set up wrongly holds nothing and lets nothing through. */
export const HONEST: Probe = {
	id: "honest",
	asks: "runs an honest program",
	kind: "says",
	body: 'return "the sum is " + [1, 2, 3].reduce((sum, each) => sum + each, 0);',
};
export const HONEST_RESULT = '"the sum is 6"';

const NONE = 'return "none";';
/** What a program tries of a list, each apart. */
const firstOf = (...tries: readonly string[]): string =>
	`${tries.map((each) => `try { const got = await (async () => { ${each} })(); if (got) return "ESCAPED"; } catch {}`).join("\n")}\n${NONE}`;

const FILE = "/etc/passwd";
const HAS_NODE =
	'if (typeof process !== "undefined" && process.versions?.node && !globalThis.navigator?.userAgent?.includes("Cloudflare")) return "NOT_APPLICABLE";';

export const PROBES: readonly Probe[] = [
	{ id: "loop", kind: "stops", asks: "stops an endless loop", body: "for (;;);" },
	{ id: "async-loop", kind: "stops", asks: "stops an endless chain of promises", body: "for (;;) await null;" },
	{
		id: "loop-in-finally",
		kind: "stops",
		asks: "stops a loop that catches everything and goes on in finally",
		body: "for (;;) { try { for (;;); } catch {} finally { for (;;); } }",
	},
	{ id: "never", kind: "stops", asks: "ends a program that waits for ever", body: "await new Promise(() => {}); return 1;" },
	{
		id: "regular-expression",
		kind: "stops",
		asks: "stops a regular expression that backtracks",
		body: 'return /^(a+)+$/.test("a".repeat(50) + "b");',
	},
	{ id: "bigint", kind: "stops", asks: "stops a BigInt that is squared for ever", body: "let x = 3n; for (;;) x = x * x;" },
	{
		id: "sort",
		kind: "stops",
		asks: "stops a slow comparison in a sort",
		body: "return Array.from({ length: 2e5 }, (_each, i) => i).sort(() => { for (let i = 0; i < 1e6; i++); return Math.random() - 0.5; }).length;",
	},
	{
		id: "heap",
		kind: "stops",
		asks: "stops a program that fills the heap",
		body: "const kept = []; for (;;) kept.push(new Array(1000).fill({}));",
	},
	{
		id: "buffers",
		kind: "stops",
		asks: "bounds memory outside the heap",
		body: "const kept = []; for (;;) { const each = new Uint8Array(1 << 24); each.fill(1); kept.push(each); }",
	},
	{
		id: "strings",
		kind: "stops",
		asks: "bounds strings",
		body: 'const kept = []; for (let i = 0; ; i++) kept.push(("x".repeat(1 << 20) + i).split("").join("y"));',
	},
	{
		id: "spread",
		kind: "says",
		asks: "survives an array that is spread from a huge string",
		body: 'return [..."x".repeat(3e8)].length > 0 ? "done" : "none";',
	},
	{
		id: "recursion",
		kind: "says",
		asks: "survives endless recursion",
		body: "const f = () => f() + 1; try { return f(); } catch { return 1; }",
	},
	{
		id: "deep-result",
		kind: "says",
		asks: "survives a result that is nested a million deep",
		body: "let deep = []; for (let i = 0; i < 1e6; i++) deep = [deep]; return deep;",
	},
	{
		id: "result-code",
		kind: "says",
		asks: "runs no code of a result when somebody looks at it",
		body: "return { toJSON() { for (;;); } };",
	},
	{
		id: "goes-on",
		kind: "says",
		asks: "lets nothing go on at its host's cost after the answer",
		body: "(async () => { for (;;) await null; })(); return 1;",
	},
	{
		id: "environment",
		kind: "says",
		asks: "hides the host's environment",
		body: firstOf(
			'return process.env["CANARY"];',
			'return Deno.env.get("CANARY");',
			'return (await import("node:process")).default.env["CANARY"];',
		),
	},
	{
		id: "files",
		kind: "says",
		asks: "hides the host's files",
		body: firstOf(
			`return process.getBuiltinModule("node:fs").readFileSync("${FILE}", "utf8").includes("root:");`,
			`return (await import("node:fs")).readFileSync("${FILE}", "utf8").includes("root:");`,
			`return Deno.readTextFileSync("${FILE}").includes("root:");`,
			`return require("fs").readFileSync("${FILE}", "utf8").includes("root:");`,
		),
	},
	{
		id: "network",
		kind: "says",
		asks: "reaches no listener of the host",
		body: firstOf(
			'await fetch("http://127.0.0.1:PORT/"); return true;',
			'const net = process.getBuiltinModule("node:net"); return await new Promise((resolve) => { const socket = net.connect(PORT, "127.0.0.1", () => resolve(true)); socket.on("error", () => resolve(false)); });',
			'const net = await import("node:net"); return await new Promise((resolve) => { const socket = net.connect(PORT, "127.0.0.1", () => resolve(true)); socket.on("error", () => resolve(false)); });',
			'const net = await import("cloudflare:sockets"); const socket = net.connect("127.0.0.1:PORT"); await socket.opened; return true;',
			'(await Deno.connect({ hostname: "127.0.0.1", port: PORT })).close(); return true;',
		),
	},
	{
		id: "processes",
		kind: "says",
		asks: "starts no other process",
		body: firstOf(
			'return process.getBuiltinModule("node:child_process").spawnSync("/bin/sh", ["-c", "exit 0"]).status === 0;',
			'return (await import("node:child_process")).spawnSync("/bin/sh", ["-c", "exit 0"]).status === 0;',
			'return new Deno.Command("/bin/sh", { args: ["-c", "exit 0"] }).outputSync().success;',
		),
	},
	{
		id: "code-from-text",
		kind: "says",
		asks: "makes no code from text",
		body: firstOf('return (0, eval)("1 + 1") === 2;', 'return new Function("return 2")() === 2;'),
	},
	{
		id: "constructors",
		kind: "says",
		asks: "leads from no value to the host's own constructors",
		body: `${HAS_NODE}
const roots = [globalThis, () => 1, async () => 1, function* () {}, globalThis.console?.log, globalThis.setTimeout, globalThis.fetch, Promise, Symbol];
try { null.x; } catch (error) { roots.push(error); }
try { const f = () => f(); f(); } catch (error) { roots.push(error); }
for (const root of roots) { try { const made = root.constructor.constructor("return typeof process === 'object' ? process : undefined")(); if (made?.versions?.node) return "ESCAPED"; } catch {} }
${NONE}`,
	},
	{
		id: "prototypes",
		kind: "says",
		asks: "changes no prototype of the host",
		body: "Object.prototype.polluted = 1; Array.prototype.polluted = 1; return { __proto__: { polluted: 1 }, constructor: { prototype: { polluted: 1 } } };",
	},
	{
		id: "exit",
		kind: "says",
		asks: "cannot end its host",
		body: "try { process.exit(3); } catch {} try { process.abort(); } catch {} try { process.kill(process.ppid, 9); } catch {} try { Deno.exit(3); } catch {} return 1;",
	},
	{
		id: "log-flood",
		kind: "says",
		asks: "survives a flood of log lines",
		body: 'if (typeof console === "undefined") return "NOT_APPLICABLE"; for (let i = 0; i < 2000; i++) console.log("x".repeat(100000)); return 1;',
	},
];
