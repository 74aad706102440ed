import { tasksOf } from "./honest-task.ts";

const files = { "/workspace/input/plan.md": { text: "Launch in May." }, "/workspace/input/team.md": { text: "Ada, Grace" } };
const plan = '(await env.vault.readText("/workspace/input/plan.md"))';
const page = (n: number): string => `(await (await env.web.fetch(input.site + "/${n}")).text())`;
const ask = (text: string): string => `(await env.llm.complete({ prompt: input.id + ${text}, maxTokens: 40 })).text`;
const write = 'await env.out.writeText("/workspace/output/text.md", text); return text;';

/** Writes texts out of private plans, with what the web says and a model of the tenant's choice. */
export const WRITING = tasksOf("writing", [
	{ name: "has a model polish a plan", files, document: "Polished.", does: `const text = ${ask(plan)}; ${write}`, wants: "Polished." },
	{ name: "writes down what a page says", document: "News.", does: `const text = ${page(1)}; ${write}`, wants: "News." },
	{
		name: "writes with a page, a plan and a model",
		files,
		document: "Both.",
		does: `const text = ${ask(`${page(1)} + ${plan}`)}; ${write}`,
		wants: "Both.",
	},
	{ name: "counts a plan's words", files, does: `return ${plan}.split(" ").length;`, wants: 3 },
	{
		name: "reads a plan, then a page",
		files,
		document: "News.",
		does: `const text = ${plan} + ${page(1)}; ${write}`,
		wants: "Launch in May.News.",
	},
	{
		name: "reads a plan, then two pages",
		files,
		document: "N",
		does: `const text = ${plan} + ${page(1)} + ${page(2)}; ${write}`,
		wants: "Launch in May.NN",
		asks: "always",
	},
	{
		name: "reads two pages, then a plan",
		files,
		document: "N",
		does: `const text = ${page(1)} + ${page(2)} + ${plan}; ${write}`,
		wants: "NNLaunch in May.",
	},
	{ name: "asks a model twice about a plan", files, document: "ok", does: `return [${ask(plan)}, ${ask(plan)}];`, wants: ["ok", "ok"] },
	{
		name: "checks a plan against the web again",
		files,
		document: "N",
		does: `const text = ${page(1)} + ${plan} + ${page(2)}; ${write}`,
		wants: "NLaunch in May.N",
		asks: "always",
	},
	{ name: "lists the files", files, does: 'return (await env.vault.list("/workspace/input")).map((file) => file.path).length;', wants: 2 },
]);
