import { html } from "hono/html";
import type { Assurance } from "../../contract/assurance.ts";
import { assuranceTables, type Table } from "./assurance-table.ts";

/** The page for people. It has no script and no style sheet: answers of the API allow neither. */
export const assurancePage = (assurance: Assurance) => html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Cordon: assurance</title></head>
<body>
<h1>Which walls are tested</h1>
<p>Tested at commit ${assurance.commit} on ${new Date(assurance.testedAtMs).toISOString().slice(0, 10)}, ${assurance.runtime}. Made by <code>npm run assurance</code>; the same as JSON for whoever asks for it.</p>
${assuranceTables(assurance).map(section)}
</body>
</html>
`;

const section = ({ title, says, columns, rows }: Table) => html`<h2>${title}</h2>
<p>${says}</p>
<table border="1" cellpadding="6" cellspacing="0">
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
	(row) => html`<tr>${row.map((cell) => html`<td valign="top">${cell}</td>`)}</tr>
`,
)}</tbody>
</table>
`;
