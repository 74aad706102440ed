import { tasksOf } from "./honest-task.ts";

const LETTER = "Dear Ada, can we meet on 2026-12-01 at 10:00? Yours, Grace";
const files = {
	"/workspace/input/1.txt": { text: LETTER },
	"/workspace/input/2.txt": { text: "Invoice 7, due 2026-12-15" },
	"/workspace/input/3.txt": { text: "Win a prize now" },
};
const letter = (n: number): string => `(await env.inbox.readText("/workspace/input/${n}.txt"))`;
const mail = (n: number): string => `(await (await env.mail.fetch(input.inside + "/mail/" + input.id + "/${n}")).json())`;
const send = 'await env.mail.fetch(input.inside + "/send/" + input.id, { method: "POST", body: "Gladly." })';

/** Works in somebody's mailbox: what is there is private, and strangers wrote it. */
export const MAIL = tasksOf("mail", [
	{
		name: "summarises a letter",
		files,
		document: "A meeting.",
		does: `return (await env.llm.complete({ prompt: input.id + ${letter(1)}, maxTokens: 20 })).text;`,
		wants: "A meeting.",
	},
	{
		name: "sorts three letters",
		files,
		does: `return [${letter(1)}, ${letter(2)}, ${letter(3)}].map((text) => (text.includes("Invoice") ? "bill" : text.includes("prize") ? "junk" : "letter"));`,
		wants: ["letter", "bill", "junk"],
	},
	{
		name: "finds the dates",
		files,
		does: `return (${letter(1)} + ${letter(2)}).match(/\\d{4}-\\d{2}-\\d{2}/g);`,
		wants: ["2026-12-01", "2026-12-15"],
	},
	{
		name: "drafts an answer",
		files,
		does: `await env.drafts.writeText("/workspace/output/answer.txt", "Dear Grace, " + ${letter(1)}.length); return "drafted";`,
		wants: "drafted",
	},
	{ name: "fetches the newest mail", does: `return ${mail(1)}.from;`, wants: "stranger@elsewhere.example" },
	{
		name: "fetches a mail and summarises it",
		document: "Short.",
		does: `return (await env.llm.complete({ prompt: input.id + ${mail(1)}.body, maxTokens: 20 })).text;`,
		wants: "Short.",
	},
	{ name: "fetches three mails", does: `return [${mail(1)}, ${mail(2)}, ${mail(3)}].length;`, wants: 3, asks: "by default" },
	{
		name: "answers a letter",
		files,
		does: `const text = ${letter(1)}; return (${send}).status + text.length;`,
		wants: 200 + LETTER.length,
		asks: "by default",
	},
	{
		name: "fetches a mail and answers it",
		does: `const { from } = ${mail(1)}; return [from, (${send}).status];`,
		wants: ["stranger@elsewhere.example", 200],
		asks: "by default",
	},
	{
		name: "reads a letter and looks up its thread",
		files,
		does: `const text = ${letter(1)}; return ${mail(2)}.title + text.length;`,
		wants: `A letter${LETTER.length}`,
		asks: "by default",
	},
]);
