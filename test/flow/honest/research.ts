import { tasksOf } from "./honest-task.ts";

const page = (path: string): string => `(await (await env.web.fetch(input.site + "/${path}")).text())`;
const PAGE = "<h1>Tides</h1><p>High water at 6:10 and 18:35.</p>";

/** Looks things up on the web; nothing private. */
export const RESEARCH = tasksOf("research", [
	{ name: "reads a page's title", document: PAGE, does: `return /<h1>(.*?)<\\/h1>/.exec(${page("tides")})[1];`, wants: "Tides" },
	{ name: "compares two pages", document: PAGE, does: `return ${page("a")} === ${page("b")};`, wants: true },
	{
		name: "summarises a page with a model",
		document: PAGE,
		does: `return (await env.llm.complete({ prompt: "Summarise: " + ${page("a")} + input.id, maxTokens: 50 })).text;`,
		wants: PAGE,
	},
	{
		name: "keeps notes of a page",
		document: PAGE,
		does: `await env.notes.writeText("/workspace/output/tides.md", ${page("a")}); return (await env.notes.readText("/workspace/output/tides.md")).length;`,
		wants: PAGE.length,
	},
	{
		name: "counts words on five pages",
		document: "one two three",
		does: 'let words = 0; for (const n of [1, 2, 3, 4, 5]) words += (await (await env.web.fetch(input.site + "/p/" + n)).text()).split(" ").length; return words;',
		wants: 15,
	},
	{ name: "reads data of an open API", document: '{"rate":1.1}', does: `return JSON.parse(${page("rates.json")}).rate;`, wants: 1.1 },
	{
		name: "follows a link",
		document: "see /next",
		does: `const next = /\\/[a-z]+/.exec(${page("a")})[0]; return (await env.web.fetch(input.site + next)).status;`,
		wants: 200,
	},
	{
		name: "has a model classify a page",
		document: "sport",
		does: `return (await env.llm.complete({ prompt: "Which topic? " + ${page("a")} + input.id, maxTokens: 5 })).text;`,
		wants: "sport",
	},
	{
		name: "writes a report of three pages",
		document: "a fact",
		does: `const facts = [${page("1")}, ${page("2")}, ${page("3")}]; await env.notes.writeText("/workspace/output/report.md", facts.join("\\n")); return facts.length;`,
		wants: 3,
	},
	{ name: "uses a plain fetch", document: "plain", does: 'return (await (await fetch(input.site + "/x")).text());', wants: "plain" },
]);
