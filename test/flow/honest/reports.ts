import { tasksOf } from "./honest-task.ts";

const total = '(await env.sales.query("select count(*) as n from people"))[0].n';
const table = '(await env.table.readText("/workspace/input/table/orders.csv")).trim().split("\\n").length';
const files = { "/workspace/input/table/orders.csv": { text: "id,amount\n1,10\n2,20\n" } };
const post = '(await env.reports.fetch(input.inside + "/reports/" + input.id, { method: "POST", body: "report" })).status';
const rate = '(await (await env.rates.fetch(input.site + "/rate")).text())';
const write = 'await env.out.writeText("/workspace/output/report.csv", "n\\n" + n);';

/** Adds up private rows and tables that others sent, and reports within the house. */
export const REPORTS = tasksOf("reports", [
	{ name: "counts customers", does: `return ${total};`, wants: 2 },
	{ name: "reports a figure", does: `const n = ${total}; return [n, ${post}];`, wants: [2, 200] },
	{ name: "reports two figures", does: `const n = ${total}; return [n, ${post}, ${post}];`, wants: [2, 200, 200], asks: "by default" },
	{ name: "turns a table into a report", files, does: `const n = ${table}; ${write} return n;`, wants: 3 },
	{ name: "reports a table's figures", files, does: `const n = ${table}; return [n, ${post}];`, wants: [3, 200] },
	{ name: "joins a table with customers, for a file", files, does: `const n = ${table} + ${total}; ${write} return n;`, wants: 5 },
	{
		name: "joins them and reports",
		files,
		does: `const n = ${table} + ${total}; return [n, ${post}];`,
		wants: [5, 200],
		asks: "by default",
	},
	{ name: "looks up a rate, then adds up", document: "2", does: `const n = Number(${rate}) * ${total}; ${write} return n;`, wants: 4 },
	{
		name: "looks up a rate, adds up and reports",
		document: "2",
		does: `const n = Number(${rate}) * ${total}; return [n, ${post}];`,
		wants: [4, 200],
		asks: "by default",
	},
	{ name: "adds up, then looks up a rate", document: "3", does: `const n = ${total} * Number(${rate}); ${write} return n;`, wants: 6 },
]);
