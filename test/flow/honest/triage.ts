import { tasksOf } from "./honest-task.ts";

const issue = (n: number): string => `(await (await env.issues.fetch(input.inside + "/issues/" + input.id + "/${n}")).json())`;
const act = (what: string): string =>
	`(await env.issues.fetch(input.inside + "/issues/" + input.id + "/1/${what}", { method: "POST", body: "{}" })).status`;
const rules = { "/workspace/input/rules.txt": { text: "crash: high\ntypo: low" } };

/** Works on public issues: strangers write them, nothing is private. */
export const TRIAGE = tasksOf("triage", [
	{
		name: "labels an issue",
		document: "It crashes.",
		does: `return ${issue(1)}.body.includes("crash") ? [${act("labels")}] : [];`,
		wants: [200],
	},
	{
		name: "ranks three issues",
		document: "typo",
		does: `return [${issue(1)}, ${issue(2)}, ${issue(3)}].map((one) => one.body);`,
		wants: ["typo", "typo", "typo"],
	},
	{ name: "comments on an issue", does: `const { title } = ${issue(1)}; return [title, ${act("comments")}];`, wants: ["A letter", 200] },
	{ name: "closes a duplicate", document: "same", does: `return ${issue(1)}.body === ${issue(2)}.body ? ${act("close")} : 0;`, wants: 200 },
	{
		name: "applies the rules of a file",
		files: rules,
		document: "typo",
		does: `const rules = await env.rules.readText("/workspace/input/rules.txt"); const { body } = ${issue(1)}; return rules.split("\\n").find((line) => line.startsWith(body));`,
		wants: "typo: low",
	},
	{
		name: "assigns by the rules",
		files: rules,
		document: "crash",
		does: `const rules = await env.rules.readText("/workspace/input/rules.txt"); return rules.includes(${issue(1)}.body) ? ${act("assign")} : 0;`,
		wants: 200,
	},
	{
		name: "writes a digest",
		does: `await env.notes.writeText("/workspace/output/digest.md", ${issue(1)}.title); return "written";`,
		wants: "written",
	},
	{
		name: "remembers what it has seen",
		does: `await env.memory.put("seen", ${issue(1)}.title); return await env.memory.get("seen");`,
		wants: "A letter",
	},
	{
		name: "counts five issues",
		does: `let n = 0; for (const at of [1, 2, 3, 4, 5]) n += (await env.issues.fetch(input.inside + "/issues/" + input.id + "/" + at)).ok ? 1 : 0; return n;`,
		wants: 5,
	},
	{ name: "remembers, then comments", does: `await env.memory.put("last", 1); return ${act("comments")};`, wants: 200 },
]);
