/** Programs that try to take the machine down, with the limits they run under and how each must end. */
export const BOMBS = [
	{
		name: "while (true) {}",
		program: 'export default async () => { console.log("before the loop"); while (true) {} };',
		limits: { cpuMs: 500, wallMs: 8_000 },
		code: "cpu_exceeded",
	},
	{
		name: "heap bomb",
		program: "export default async () => { const kept = []; for (;;) kept.push(new Array(1000).fill({})); };",
		limits: { cpuMs: 10_000, wallMs: 15_000 },
		code: "memory_exceeded",
	},
	{
		name: "ArrayBuffer bomb",
		program: "export default async () => { const kept = []; for (;;) kept.push(new Uint8Array(8 << 20).fill(1)); };",
		limits: { cpuMs: 10_000, wallMs: 15_000 },
		code: "memory_exceeded",
	},
	{
		name: "a promise that never settles",
		program: "export default async () => new Promise(() => {});",
		limits: { cpuMs: 500, wallMs: 3_000 },
		code: "never_settled",
	},
	{
		name: "a timer that never stops",
		program: "export default async () => { setInterval(() => {}, 50); await new Promise(() => {}); };",
		limits: { cpuMs: 1_000, wallMs: 1_500 },
		code: "wall_time_exceeded",
	},
	{
		name: "log flood",
		program: 'export default async () => { for (let i = 0; i < 100_000; i += 1) console.log("x".repeat(100_000)); return "done"; };',
		limits: { cpuMs: 8_000, wallMs: 12_000 },
		code: null,
	},
] as const;
