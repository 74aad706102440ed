import type { Assurance } from "../../contract/assurance.ts";
import { assuranceTables, type Table } from "./assurance-table.ts";

/** `docs/ASSURANCE.md`: the page's tables as Markdown. */
export const assuranceDocument = (assurance: Assurance): string =>
	[
		"# Which walls are tested",
		"",
		`Made by \`npm run assurance\` from what it found, not written by hand. Tested at commit ${assurance.commit} on ${new Date(assurance.testedAtMs).toISOString().slice(0, 10)}, ${assurance.runtime}. \`GET /assurance\` has the same as a page and as JSON.`,
		"",
		...assuranceTables(assurance).flatMap(section),
	].join("\n");

const section = ({ title, says, columns, rows }: Table): string[] => [
	`## ${title}`,
	"",
	says,
	"",
	line(columns),
	line(columns.map(() => "---")),
	...rows.map(line),
	"",
];

const line = (cells: readonly string[]): string => `| ${cells.map(cellText).join(" | ")} |`;

/** In a cell nothing may end it, and nothing is markup. */
const cellText = (text: string): string =>
	text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("*", "\\*");
