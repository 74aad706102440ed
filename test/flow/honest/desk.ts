import { tasksOf } from "./honest-task.ts";

const ticket = (n: number): string => `(await env.desk.getTicket({ id: input.id + "-${n}" })).body.text`;
const customer = '(await env.customers.query("select name from people order by id"))[0].name';
const note = '(await env.desk.addNote({ id: input.id, body: { text: "Looked at." } })).status';

/** Answers tickets of a hosted system with what it knows of customers. */
export const DESK = tasksOf("desk", [
	{ name: "reads a ticket", document: "It is late.", does: `return ${ticket(1)};`, wants: "It is late." },
	{ name: "reads three tickets", document: "t", does: `return [${ticket(1)}, ${ticket(2)}, ${ticket(3)}];`, wants: ["t", "t", "t"] },
	{ name: "reads a ticket and looks the customer up", document: "t", does: `return [${ticket(1)}, ${customer}];`, wants: ["t", "Ada"] },
	{
		name: "writes a case file",
		document: "t",
		does: `const text = ${ticket(1)} + ${customer}; await env.notes.writeText("/workspace/output/case.txt", text); return text;`,
		wants: "tAda",
	},
	{ name: "reads a ticket and adds a note", document: "t", does: `return [${ticket(1)}, ${note}];`, wants: ["t", 200] },
	{
		name: "adds a note with the customer looked up",
		document: "t",
		does: `return [${ticket(1)}, ${customer}, ${note}];`,
		wants: ["t", "Ada", 200],
		asks: "by default",
	},
	{ name: "looks a customer up, then the ticket", document: "t", does: `return [${customer}, ${ticket(1)}];`, wants: ["Ada", "t"] },
	{
		name: "looks a customer up, then two tickets",
		document: "t",
		does: `return [${customer}, ${ticket(1)}, ${ticket(2)}];`,
		wants: ["Ada", "t", "t"],
		asks: "by default",
	},
	{
		name: "goes from ticket to customer to ticket",
		document: "t",
		does: `return [${ticket(1)}, ${customer}, ${ticket(2)}];`,
		wants: ["t", "Ada", "t"],
		asks: "by default",
	},
	{
		name: "lists customers for a file",
		does: `const name = ${customer}; await env.notes.writeText("/workspace/output/names.txt", name); return name;`,
		wants: "Ada",
	},
]);
