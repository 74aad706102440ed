import { type EngineRows, rowObject } from "./engine-rows.ts";

/** Rows as bytes that stay on the host. JSON has numbers that doubles do not hold as text, and bytes as base64. */
export const rowsContent = ({ columns, rows }: EngineRows, format: "csv" | "json"): { bytes: Uint8Array; type: string } => {
	const text = format === "csv" ? csvText(columns, rows) : JSON.stringify(rows.map((row) => rowObject(columns, row.map(plain))));
	return { bytes: new TextEncoder().encode(text), type: format === "csv" ? "text/csv" : "application/json" };
};

/** RFC 4180. NULL is an empty field, an empty text is `""`. */
const csvText = (columns: readonly string[], rows: readonly (readonly unknown[])[]): string =>
	[columns, ...rows]
		.map((row) => row.map((value) => csvField(plain(value))).join(","))
		.join("\r\n")
		.concat("\r\n");

const csvField = (value: unknown): string => {
	if (value === null || value === undefined) return "";
	const text = String(value);
	return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const plain = (value: unknown): unknown => {
	if (typeof value === "bigint") return value.toString();
	if (typeof value === "number" && !Number.isFinite(value)) return String(value);
	return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
};
