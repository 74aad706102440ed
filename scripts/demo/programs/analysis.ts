// Reads a workbook, loads it into a dataset, aggregates it in SQL, has a model say what it means, writes the report and signs it.
// The workbook's reader is a library of the platform; the model's key, the dataset's file and the signing key never come here.
import * as XLSX from "xlsx";

interface Mean {
	origin: string;
	cars: number;
	milesPerGallon: number;
}
interface Env {
	files: { readBytes(path: string): Promise<Uint8Array>; writeText(path: string, text: string): Promise<void> };
	lab: {
		execute(sql: string, params?: unknown[]): Promise<{ changes: number }>;
		query<Row>(sql: string, params?: unknown[]): Promise<Row[]>;
	};
	llm: {
		complete(request: { prompt: string; maxTokens: number }): Promise<{ text: string; model: string; usage: { outputTokens: number } }>;
	};
	signer: { sign(payload: string): Promise<{ signature: string }> };
}

export default async (_input: null, env: Env) => {
	const book = XLSX.read(await env.files.readBytes("/workspace/input/cars.xlsx"), { type: "array" });
	const rows: unknown[] = XLSX.utils.sheet_to_json(book.Sheets[book.SheetNames[0] ?? ""] ?? {});
	console.log(`read ${rows.length} rows from the sheet ${book.SheetNames[0]}`);
	const { changes } = await env.lab.execute(
		"INSERT INTO cars (name, origin, mpg) SELECT value ->> 'Name', value ->> 'Origin', value ->> 'Miles_per_Gallon' FROM json_each(?)",
		[JSON.stringify(rows)],
	);
	const means = await env.lab.query<Mean>(
		"SELECT origin, count(*) AS cars, round(avg(mpg), 2) AS milesPerGallon FROM cars WHERE mpg IS NOT NULL GROUP BY origin ORDER BY 3 DESC",
	);
	const table = means.map((mean) => `${mean.origin},${mean.cars},${mean.milesPerGallon}`).join("\n");
	const { text, model } = await env.llm.complete({
		prompt: `One sentence: what do these means of miles per gallon say?\n${table}`,
		maxTokens: 100,
	});
	console.log(`the model "${model}" says: ${text}`);
	const report = `# Miles per gallon by origin\n\norigin,cars,mean\n${table}\n\n${text}\n`;
	await env.files.writeText("/workspace/output/report.md", report);
	const { signature } = await env.signer.sign(report);
	await env.files.writeText("/workspace/output/report.md.sig", signature);
	return { loaded: changes, means, summary: text, signature };
};
