/** A source of chance with a seed: the same seed, the same programs. */
export type Chance = (below: number) => number;

/** Mulberry32. */
export const chanceOf = (seed: number): Chance => {
	let state = seed >>> 0;
	return (below) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
};

/** What every program has: calls that may fail are told of, and nothing of it depends on anything but its events. */
const HEAD = `const out = [];
const note = (what, value) => { out.push([what, value]); console.log(what, value, Date.now()); };
const safe = async (what, work) => { try { note(what, await work()); } catch (error) { note(what, String(error.code ?? error.name)); } };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const lengthOf = async (parts) => { let length = 0; for await (const part of parts) length += part.length; return length; };
const shortOf = async (response) => [response.status, (await response.text()).slice(0, 12)];
`;

/**
 * A program of random calls (web, state, files), one after another, side by side and within each other, with timers, the clock and chance in between; it
 * returns what it has seen, or throws.
 * @param origin of an upstream that answers `/` in its own time, and fails now and then
 */
export const makeProgram = (chance: Chance, origin: string): string => {
	const pick = <Item>(items: readonly Item[]): Item => {
		const item = items[chance(items.length)];
		if (item === undefined) throw new Error("Picking an item: the list is empty");
		return item;
	};
	let names = 0;
	const name = (): string => {
		names += 1;
		return `v${names}`;
	};
	const key = (): string => JSON.stringify(`k${chance(6)}`);
	const path = (): string => JSON.stringify(`/workspace/output/${pick(["a", "b", "c/d"])}.txt`);
	const value = (): string =>
		pick([
			"Date.now()",
			"Math.random()",
			"crypto.randomUUID()",
			"performance.now()",
			"new Date(5)",
			"new Map([[1n, 'x']])",
			String(chance(9)),
			"out.length",
		]);
	const call = (): string =>
		pick([
			() => `shortOf(await fetch("${origin}/?n=${chance(3)}"))`,
			() => `shortOf(await env.web.fetch("${origin}/", { method: "POST", body: String(${value()}) }))`,
			() => `shortOf(await fetch(\`${origin}/?n=\${out.length}\`, { signal: AbortSignal.timeout(${1 + chance(6)}) }))`,
			() => `env.state.put(${key()}, ${value()})`,
			() => `env.state.get(${key()})`,
			() => `env.state.list({ prefix: "k", limit: 3 })`,
			() => `env.files.writeText(${path()}, String(${value()}))`,
			() => `env.files.append(${path()}, "+")`,
			() => `env.files.readText(${path()})`,
			() => `env.files.list("/workspace/output")`,
			() => `env.web.fetch("http://denied.example/")`,
			() => `sleep(${chance(8)})`,
			() => `lengthOf(env.web.stream("${origin}/?n=${chance(3)}"))`,
			() => `lengthOf(env.files.stream(${path()}))`,
		])();
	const told = (): string => `safe("${name()}", async () => ${call()})`;
	const several = (depth: number): string => Array.from({ length: 2 + chance(3) }, () => nested(depth)).join(", ");
	const nested = (depth: number): string => (depth > 0 && chance(3) === 0 ? `(async () => { ${statements(depth - 1)} })()` : told());
	const statement = (depth: number): string => {
		const kinds = [
			() => `await ${told()};`,
			() => `await ${told()};`,
			() => `await Promise.all([${several(depth)}]);`,
			() => `await Promise.race([${several(depth)}]);`,
			() => `note("clock", [${value()}, ${value()}]);`,
			() => `setTimeout(() => note("${name()}", Date.now()), ${chance(10)});`,
			() => `(async () => ${call()})().catch(() => {});`,
			() => `if (Math.random() < 0.5) { ${depth > 0 ? statements(depth - 1) : `await ${told()};`} }`,
			() => `for (let index = 0; index < ${1 + chance(3)}; index += 1) await ${told()};`,
			() =>
				`{ let ticks = 0; const beat = setInterval(() => { note("tick", ticks += 1); if (ticks > 2) clearInterval(beat); }, ${1 + chance(4)}); }`,
			() => `const ${name()} = ${told()}; await ${told()}; await v${names - 2};`,
		];
		return pick(kinds)();
	};
	const statements = (depth: number): string => Array.from({ length: 1 + chance(3) }, () => statement(depth)).join("\n");
	const body = Array.from({ length: 3 + chance(3) }, () => statement(2)).join("\n");
	const end = pick([
		"return out;",
		"return out;",
		"await sleep(12); return out;",
		'throw new TypeError("at " + Date.now() + " " + Math.random());',
	]);
	return `${HEAD}export default async (input, env) => {\n${body}\n${end}\n};`;
};
