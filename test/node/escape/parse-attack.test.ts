import { describe, expect, test } from "vitest";
import { parseHeader, programOf } from "../../escape/parse-attack.ts";

const file = (...lines: string[]): string => `/*\n${lines.map((line) => ` * ${line}\n`).join("")} */\nexport default () => 1;\n`;
const read = (...lines: string[]) => parseHeader("a.js", file(...lines));
const ends = (text: string) => read("A01 Loops", "wall: cpu", `ends: ${text}`).ends;

describe("parseHeader()", () => {
	test("reads every field, and gives those that are left out", () => {
		const { main, ...rest } = read(
			"A01 Loops for ever",
			"wall: cpu",
			"ends: cpu_exceeded",
			'limits: { "cpuMs": 5 }',
			"covers: A02, B01",
			"main: a.js",
		);
		expect(main).toBe("a.js");
		expect(rest).toEqual({
			...{ id: "A01", name: "Loops for ever", wall: "cpu", says: "", grants: null, input: {}, covers: ["A02", "B01"] },
			...{ ends: { kind: "codes", codes: ["cpu_exceeded"] }, limits: { cpuMs: 5, wallMs: 20_000, memoryMb: 64 } },
		});
	});

	test("reads each way to end", () => {
		expect(ends('returns { "a": [1] }')).toEqual({ kind: "returns", result: { a: [1] } });
		expect(ends("refused invalid_program | invalid_request")).toEqual({ kind: "refused", codes: ["invalid_program", "invalid_request"] });
		expect(ends("cpu_exceeded | waiting_approval")).toEqual({ kind: "codes", codes: ["cpu_exceeded", "waiting_approval"] });
		expect([ends("contained"), ends("held")]).toEqual([{ kind: "contained" }, { kind: "held" }]);
	});

	test.for([
		["no header", () => parseHeader("a.js", "export default 1"), /a\.js: found no header/],
		["a title without an id", () => read("Loops", "wall: cpu", "ends: contained"), /the title "Loops"/],
		["an unknown wall", () => read("A01 Loops", "wall: moat", "ends: contained"), /the wall "moat"/],
		["no end", () => read("A01 Loops", "wall: cpu"), /no ends/],
		["an unknown code", () => ends("cpu_exceded"), /the code "cpu_exceded"/],
		["a bug as its end", () => ends("internal"), /bug of the platform/],
		["an unknown field", () => read("A01 Loops", "wall: cpu", "ends: contained", "walls: cpu"), /the line "walls: cpu"/],
		["a field twice", () => read("A01 Loops", "wall: cpu", "wall: cpu", "ends: contained"), /"wall" twice/],
		["what is no JSON", () => ends("returns {a}"), /wanted JSON/],
		[
			"a limit that is none",
			() => read("A01 Loops", "wall: cpu", "ends: contained", 'limits: { "cpu": 1 }'),
			/limits: .*wanted other JSON/,
		],
	] as const)("refuses %s", ([, parse, says]) => {
		expect(parse).toThrow(says);
	});
});

describe("programOf()", () => {
	test("gives a file of one module as it is", () => {
		expect(programOf("a.js", "export default () => 1;\n", "main.js")).toBe("export default () => 1;\n");
	});

	test("parts a file at its marks, also where a module is called __proto__", () => {
		const program = programOf("a.js", 'import "./b.js";\n// --- module: b.js\n1;\n// --- module: __proto__\n2;', "main.js");
		expect(JSON.stringify(program)).toBe('{"main":"main.js","modules":{"main.js":"import \\"./b.js\\";","b.js":"1;","__proto__":"2;"}}');
	});

	test("refuses two modules of one name", () => {
		expect(() => programOf("a.js", "1;\n// --- module: main.js\n2;", "main.js")).toThrow(/two modules of one name/);
	});
});
