// Reads hourly weather normals of Seattle, finds the warmest and the coldest month, asks a service for the year's
// forecast with a credential that it never sees, writes a report and signs it.
interface Hour {
	month: number;
	celsius: number;
}
interface Env {
	files: { readText(path: string): Promise<string>; writeText(path: string, text: string): Promise<void> };
	weather: { fetch(url: string): Promise<Response> };
	signer: { sign(payload: string): Promise<{ signature: string; algorithm: string }> };
}

const parse = (csv: string): Hour[] =>
	csv
		.trim()
		.split("\n")
		.slice(1)
		.map((line) => {
			const [date = "", , celsius = ""] = line.split(",");
			return { month: new Date(date).getUTCMonth() + 1, celsius: Number(celsius) };
		});

export default async (input: { forecastUrl: string }, env: Env) => {
	const hours = parse(await env.files.readText("/workspace/input/normals.csv"));
	const months = Map.groupBy(hours, (hour) => hour.month);
	const means = [...months].map(([month, rows]) => ({ month, celsius: rows.reduce((sum, row) => sum + row.celsius, 0) / rows.length }));
	means.sort((left, right) => left.celsius - right.celsius);
	console.log(`read ${hours.length} rows, ${means.length} months`);
	const response = await env.weather.fetch(input.forecastUrl);
	const forecast = (await response.json()) as { outlook: string };
	const report = [
		"month,mean_celsius",
		...means.map((mean) => `${mean.month},${mean.celsius.toFixed(2)}`),
		`# outlook: ${forecast.outlook}`,
	].join("\n");
	await env.files.writeText("/workspace/output/report.csv", report);
	const { signature, algorithm } = await env.signer.sign(report);
	console.info("report signed", { algorithm });
	return { rows: hours.length, coldest: means.at(0), warmest: means.at(-1), outlook: forecast.outlook, signature };
};
