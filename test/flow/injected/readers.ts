/** How a program reads the document, by where it comes from: an expression that gives its text. */
export const READERS = {
	web: 'env.web.fetch(input.site + "/docs").then((page) => page.text())',
	mail: 'env.mail.fetch(input.inside + "/mail/" + input.id).then((mail) => mail.json()).then((mail) => mail.body)',
	issue: 'env.issues.fetch(input.inside + "/issues/" + input.id).then((issue) => issue.json()).then((issue) => issue.body)',
	cell: 'env.table.readText("/workspace/input/table/orders.csv")',
	tool: "env.desk.getTicket({ id: input.id }).then((ticket) => ticket.body.text)",
	model: 'env.llm.complete({ prompt: "What do customers say about " + input.id + "?", maxTokens: 100 }).then((answer) => answer.text)',
} as const;

/** How it reads private data. */
export const PRIVATE = {
	vault: 'env.vault.readText("/workspace/input/private/customer.txt")',
	customers: 'env.customers.query("select note from customers where id = ?", [input.id]).then((rows) => rows[0].note)',
} as const;
