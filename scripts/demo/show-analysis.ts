import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import * as XLSX from "@e965/xlsx";
import { z } from "zod";
import { Agent } from "../../contract/agents.ts";
import { Dataset } from "../../contract/datasets.ts";
import { Model } from "../../contract/models.ts";
import { Secret } from "../../contract/tenants.ts";
import type { ApiClient } from "../support/api-client.ts";
import type { ModelServer } from "./model.ts";
import { describeRun, line, plain, title, type Verdict } from "./print.ts";

const Cars = z.array(z.looseObject({ Name: z.string() }));
const Analysis = z.object({
	loaded: z.int(),
	means: z.array(z.object({ origin: z.string(), cars: z.int() })),
	summary: z.string().min(1),
	signature: z.string(),
});

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const CARS = Cars.parse(JSON.parse(read("../../node_modules/vega-datasets/data/cars.json")));

const workbook = (): Buffer => {
	const book = XLSX.utils.book_new();
	XLSX.utils.book_append_sheet(book, XLSX.utils.json_to_sheet(CARS), "cars");
	return XLSX.write(book, { type: "buffer", bookType: "xlsx" });
};

/** A model of the tenant: OpenAI's when a key for it is in the environment, else the stand-in on loopback. */
const nameModel = async (api: ApiClient, standIn: ModelServer): Promise<string> => {
	const key = process.env["OPENAI_API_KEY"] ?? "";
	const sealed = key === "" ? `sk-demo-${randomBytes(16).toString("hex")}` : key;
	await api.expect(200, Secret, "PUT", "/v1/secrets/model_key", { value: sealed });
	const prices = { usdMicrosPerMillionInput: 400_000, usdMicrosPerMillionOutput: 1_600_000 };
	const route =
		key === ""
			? { provider: "openai-compatible", model: "stand-in", baseUrl: `http://${standIn.host}/v1`, secret: "model_key", ...prices }
			: { provider: "openai", model: "gpt-4.1-mini", secret: "model_key", ...prices };
	await api.expect(200, Model, "PUT", "/v1/models/fast", { routes: [route] });
	return sealed;
};

const grants = {
	files: { verb: "files", mounts: { "/workspace/input": "read", "/workspace/output": "write" } },
	lab: { verb: "sql.query", dataset: "garage", mode: "write", tables: { cars: {} }, labels: ["private"] },
	llm: { verb: "ai.complete", models: ["fast"], limits: { tokens: 20_000 } },
	signer: { verb: "crypto.sign", secret: "report_key", algorithm: "hmac-sha256" },
};

/** A program over a workbook, a dataset, a model and a key, with nothing of theirs in its world but the verbs. */
export const showAnalysis = async (api: ApiClient, standIn: ModelServer, verdict: Verdict): Promise<void> => {
	title("5. A program that analyses: a workbook into a dataset, SQL, a model's sentence, a signed report");
	const sealed = await nameModel(api, standIn);
	await api.expect(201, Dataset, "POST", "/v1/datasets", { name: "garage" });
	const table = "CREATE TABLE cars (name TEXT NOT NULL, origin TEXT NOT NULL, mpg REAL);";
	const made = await api.send("PUT", "/v1/datasets/garage/data", table, { "content-type": "application/sql" });
	verdict.check("the dataset stands, with its one table", made.status === 200, JSON.stringify(made.body));
	const limits = { wallMs: 20_000, cpuMs: 10_000 };
	await api.expect(201, Agent, "POST", "/v1/agents", { name: "scientist", policy: { grants, libraries: ["xlsx"], limits } });
	const run = await api.run({
		agent: "scientist",
		program: read("./programs/analysis.ts"),
		files: { "/workspace/input/cars.xlsx": { base64: workbook().toString("base64") } },
	});
	line(describeRun(run));
	for (const log of run.logs) line(`     ${log.level}: ${plain(log.text)}`);
	const analysis = Analysis.safeParse(run.result);
	verdict.check("it succeeded", run.status === "succeeded" && analysis.success, JSON.stringify(run.error ?? run.result));
	verdict.check("every row of the workbook is in the dataset", analysis.data?.loaded === CARS.length, String(analysis.data?.loaded));
	const dataset = await api.expect(200, Dataset, "GET", "/v1/datasets/garage");
	verdict.check(
		"the dataset is one version further",
		dataset.tables.some((table) => table.rows === CARS.length),
		JSON.stringify(dataset),
	);
	verdict.check("the model's tokens are on the run", run.usage.tokens > 0, JSON.stringify(run.usage));
	verdict.check("the model's key is nowhere in the run", !JSON.stringify(run).includes(sealed));
	const report = await api.request("GET", `/v1/runs/${run.id}/files/workspace/output/report.md`);
	verdict.check("the report and its signature can be fetched", report.status === 200 && run.files.length === 2, String(report.body));
};
