import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIBRARY_NAMES } from "../../../contract/libraries.ts";
import { LIBRARIES } from "../../../worker/libraries/catalogue.ts";
import { startWorkerd, type TestWorkerd } from "../harness/start-workerd.ts";
import { resultWith, runWith } from "./library-run.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

/** One real use of each library but the shell, which has a file of its own. */
const USES: readonly [name: string, program: string, result: unknown][] = [
	[
		"papaparse",
		`import Papa, { unparse } from "papaparse";
		export default () => {
			const { data, errors } = Papa.parse('name,n\\n"a, b",1\\nc,2\\n', { header: true, dynamicTyping: true, skipEmptyLines: true });
			return [data, errors, unparse(data)];
		}`,
		[
			[
				{ name: "a, b", n: 1 },
				{ name: "c", n: 2 },
			],
			[],
			'name,n\r\n"a, b",1\r\nc,2',
		],
	],
	[
		"xlsx",
		`import * as XLSX from "xlsx";
		import Default from "xlsx";
		export default () => {
			const book = XLSX.utils.book_new();
			XLSX.utils.book_append_sheet(book, XLSX.utils.json_to_sheet([{ region: "north", sales: 3 }, { region: "süd", sales: 4.5 }]), "Sales");
			const bytes = XLSX.write(book, { type: "array", bookType: "xlsx", compression: true });
			const again = XLSX.read(new Uint8Array(bytes), { type: "array" });
			return [again.SheetNames, XLSX.utils.sheet_to_json(again.Sheets.Sales), Default.version === XLSX.version || Default.utils === XLSX.utils];
		}`,
		[
			["Sales"],
			[
				{ region: "north", sales: 3 },
				{ region: "süd", sales: 4.5 },
			],
			true,
		],
	],
	[
		"date-fns",
		`import { addMonths, format, parseISO, differenceInCalendarDays } from "date-fns";
		export default () => {
			const from = parseISO("2026-01-31T00:00:00");
			return [format(addMonths(from, 1), "yyyy-MM-dd, EEEE"), differenceInCalendarDays(addMonths(from, 1), from)];
		}`,
		["2026-02-28, Saturday", 28],
	],
	[
		"zod",
		`import { z } from "zod";
		const Order = z.strictObject({ id: z.string().regex(/^o_/), items: z.array(z.object({ sku: z.string(), count: z.int().min(1) })).min(1) });
		export default () => {
			const good = Order.parse({ id: "o_1", items: [{ sku: "a", count: 2 }] });
			const bad = Order.safeParse({ id: "1", items: [], more: 1 });
			return [good, bad.success, bad.error.issues.map((issue) => issue.path.join(".") + " " + issue.code), z.toJSONSchema(Order).type, Object.keys(z.locales)];
		}`,
		[
			{ id: "o_1", items: [{ sku: "a", count: 2 }] },
			false,
			["id invalid_format", "items too_small", " unrecognized_keys"],
			"object",
			["en"],
		],
	],
	[
		"simple-statistics",
		`import * as ss from "simple-statistics";
		import { mean } from "simple-statistics";
		export default () => {
			const line = ss.linearRegression([[0, 1], [1, 3], [2, 5]]);
			return [mean([1, 2, 6]), ss.median([3, 1, 2]), ss.quantile([1, 2, 3, 4], 0.75), line];
		}`,
		[3, 2, 3.25, { m: 2, b: 1 }],
	],
	[
		"yaml",
		`import YAML, { parse, stringify, parseDocument } from "yaml";
		export default () => {
			const value = parse("a: &x [1, 2]\\nb: *x\\nc:\\n  d: |\\n    two\\n    lines\\n");
			return [value, stringify({ list: ["x", 1] }), parseDocument("a: [").errors.length > 0, YAML.parse("1")];
		}`,
		[{ a: [1, 2], b: [1, 2], c: { d: "two\nlines\n" } }, "list:\n  - x\n  - 1\n", true, 1],
	],
	[
		"fast-xml-parser",
		`import { XMLParser, XMLBuilder, XMLValidator } from "fast-xml-parser";
		export default () => {
			const parser = new XMLParser({ ignoreAttributes: false });
			const value = parser.parse('<feed v="1"><item id="a">one &amp; two</item><item id="b">3</item></feed>');
			const text = new XMLBuilder({ ignoreAttributes: false }).build({ a: { "@_b": "c", d: ["1", "2"] } });
			return [value, text, XMLValidator.validate("<a><b></a>") === true];
		}`,
		[
			{
				feed: {
					"@_v": "1",
					item: [
						{ "#text": "one & two", "@_id": "a" },
						{ "#text": 3, "@_id": "b" },
					],
				},
			},
			'<a b="c"><d>1</d><d>2</d></a>',
			false,
		],
	],
	[
		"marked",
		`import { marked, lexer } from "marked";
		export default async () => [marked.parse("# Hi *you*\\n\\n- a\\n- b\\n"), await marked("x | y\\n--|--\\n1 | 2", { async: true }), lexer("a").length];`,
		[
			"<h1>Hi <em>you</em></h1>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
			"<table>\n<thead>\n<tr>\n<th>x</th>\n<th>y</th>\n</tr>\n</thead>\n<tbody><tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody></table>\n",
			1,
		],
	],
];

describe("each library does its work in an isolate without Node and without code from strings", () => {
	test("and each has its test", () => {
		expect([...USES.map(([name]) => name), "just-bash"].sort()).toEqual([...LIBRARY_NAMES]);
		expect([...LIBRARIES.keys()].sort()).toEqual([...LIBRARY_NAMES]);
	});

	test.each(USES)("%s", async (_name, program, result) => {
		expect(await resultWith(workerd, program)).toEqual(result);
	});

	test.each(LIBRARY_NAMES)("%s has a default export, whatever way it is imported", async (name) => {
		const program = `import main from "${name}"; import * as all from "${name}";
			export default async () => [main !== undefined, (await import("${name}")).default === main, all.default === main, Object.keys(all).length > 1]`;
		expect(await resultWith(workerd, program)).toEqual([true, true, true, true]);
	});
});

describe("a granted library", () => {
	test("is one module for the whole program, wherever it is imported, static or dynamic", async () => {
		const result = await resultWith(workerd, {
			"main.ts": `import Papa from "papaparse"; import { inner } from "./lib/deep/a.ts"; import { again } from "./lib/b.ts";
				export default async () => [inner === Papa, (await again()).default === Papa, (await import("papaparse")).default === Papa]`,
			"lib/deep/a.ts": 'export { default as inner } from "papaparse";',
			"lib/b.ts": 'export const again = () => import("papaparse");',
		});
		expect(result).toEqual([true, true, true]);
	});

	test("that lacks a name is an error at the program's own import, before it runs", async () => {
		const failing = runWith(workerd, 'import { nothing } from "papaparse"; export default () => nothing;');
		await expect(failing.then(({ outcome }) => outcome)).resolves.toMatchObject({
			kind: "threw",
			message: expect.stringMatching(/requested module '.*papaparse.*' does not provide an export named 'nothing'/),
		});
	});

	test("gets no frame into the stack that the run shows", async () => {
		const { outcome } = await runWith(
			workerd,
			'import { format } from "date-fns";\nexport default () => format(new Date(Number.NaN), "yyyy");',
		);
		expect(outcome).toMatchObject({ kind: "threw", name: "RangeError", message: "Invalid time value" });
		expect(outcome.kind === "threw" ? outcome.stack : "").toBe("    at default (main.ts:2:22)");
	});
});
