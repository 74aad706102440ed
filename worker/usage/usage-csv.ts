import Papa from "papaparse";
import type { UsageKey, UsageReport } from "../../contract/usage.ts";

const AMOUNTS = ["runs", "calls", "cpuMs", "wallMs", "tokens", "egressBytes", "usdMicros"] as const;

/** What a spreadsheet would take for a formula, also after blanks and in full width. */
const FORMULA = /^\s*[=+\-@|%\t\r\n＝＋－＠]/;

/** The rows of a report as CSV (RFC 4180), with a line of headers. A text that a spreadsheet would take for a formula begins with an apostrophe. */
export const usageCsv = ({ groupBy, rows }: Pick<UsageReport, "groupBy" | "rows">): string => {
	const fields = [...groupBy.flatMap((key): (UsageKey | "agentName")[] => (key === "agent" ? ["agent", "agentName"] : [key])), ...AMOUNTS];
	const data = rows.map((row) => fields.map((field) => row[field] ?? ""));
	return `${Papa.unparse([fields, ...data], { newline: "\r\n", escapeFormulae: FORMULA })}\r\n`;
};
