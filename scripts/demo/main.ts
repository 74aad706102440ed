import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { Agent } from "../../contract/agents.ts";
import { Budget } from "../../contract/budgets.ts";
import { pageOf } from "../../contract/common.ts";
import { Call, type Run } from "../../contract/runs.ts";
import { Secret } from "../../contract/tenants.ts";
import { startCordon } from "../../supervisor/start-cordon.ts";
import { type ApiClient, createApiClient } from "../support/api-client.ts";
import { BOMBS } from "./bombs.ts";
import { startModel } from "./model.ts";
import { describeRun, line, plain, title, Verdict } from "./print.ts";
import { showAnalysis } from "./show-analysis.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const programOf = (name: string): string => readFileSync(new URL(`./programs/${name}`, import.meta.url), "utf8");
const CSV = readFileSync(new URL("../../node_modules/vega-datasets/data/seattle-weather-hourly-normals.csv", import.meta.url), "utf8");

interface Stage {
	readonly api: ApiClient;
	readonly url: string;
	readonly upstream: Upstream;
	readonly credential: string;
	readonly verdict: Verdict;
}

const grantsOf = (upstream: Upstream) => ({
	files: { verb: "files", mounts: { "/workspace/input": "read", "/workspace/output": "write" } },
	weather: {
		verb: "http.fetch",
		allow: [{ host: upstream.host, scheme: "http", methods: ["GET"], paths: ["/forecast", "/echo"] }],
		inject: { header: "authorization", format: "Bearer {secret}", secret: "weather_token" },
	},
});

/** The agents and secrets of the demo. */
const prepare = async ({ api, upstream, credential }: Stage): Promise<void> => {
	await api.expect(200, Secret, "PUT", "/v1/secrets/weather_token", { value: credential });
	await api.expect(200, Secret, "PUT", "/v1/secrets/report_key", { value: `hex:${randomBytes(32).toString("hex")}` });
	const signer = { verb: "crypto.sign", secret: "report_key", algorithm: "hmac-sha256" };
	const limits = { wallMs: 20_000, cpuMs: 10_000 };
	await api.expect(201, Agent, "POST", "/v1/agents", { name: "analyst", policy: { grants: { ...grantsOf(upstream), signer }, limits } });
	await api.expect(201, Agent, "POST", "/v1/agents", { name: "thief", policy: { grants: grantsOf(upstream), limits } });
	await api.expect(201, Agent, "POST", "/v1/agents", { name: "bomber", policy: { limits } });
	await api.expect(201, Agent, "POST", "/v1/agents", { name: "spender", policy: { limits }, budget: { limits: { day: { runs: 3 } } } });
};

const runReport = ({ api, upstream }: Stage): Promise<Run> =>
	api.run({
		agent: "analyst",
		program: programOf("report.ts"),
		input: { forecastUrl: `http://${upstream.host}/forecast` },
		files: { "/workspace/input/normals.csv": { text: CSV } },
	});

const Report = z.object({
	rows: z.int(),
	coldest: z.object({ month: z.int() }),
	warmest: z.object({ month: z.int() }),
	outlook: z.string(),
	signature: z.string(),
});

const showReport = async (stage: Stage): Promise<Run> => {
	title("1. A program that works: reads 8,759 rows, asks a service, writes a report, signs it");
	const run = await runReport(stage);
	line(describeRun(run));
	for (const log of run.logs) line(`     ${log.level}: ${plain(log.text)}`);
	const report = Report.safeParse(run.result);
	stage.verdict.check("it succeeded", run.status === "succeeded", JSON.stringify(run.error));
	stage.verdict.check(
		"it saw every row",
		report.success && report.data.rows === CSV.trim().split("\n").length - 1,
		JSON.stringify(run.result),
	);
	stage.verdict.check("the service got the credential, injected by the host", stage.upstream.seen.includes(`Bearer ${stage.credential}`));
	stage.verdict.check("the credential is nowhere in the run", !JSON.stringify(run).includes(stage.credential));
	const file = await stage.api.request("GET", `/v1/runs/${run.id}/files/workspace/output/report.csv`);
	stage.verdict.check(
		"the report can be fetched",
		file.status === 200 && String(file.body).startsWith("month,mean_celsius"),
		String(file.body),
	);
	return run;
};

const Tries = z.array(z.object({ what: z.string(), got: z.string().optional(), refused: z.string().optional() }));

const showThief = async (stage: Stage, report: Run): Promise<void> => {
	title("2. A program that steals");
	const run = await stage.api.run({
		agent: "thief",
		program: programOf("steal.js"),
		language: "javascript",
		input: {
			otherRun: report.id,
			elsewhere: "https://example.com/",
			platform: `${stage.url}/v1/runs`,
			echoUrl: `http://${stage.upstream.host}/echo`,
			marker: "hunter2",
		},
	});
	line(describeRun(run));
	const tries = Tries.safeParse(run.result);
	stage.verdict.check("it could run to its end", tries.success, JSON.stringify(run.error));
	for (const { what, got, refused } of tries.success ? tries.data : []) {
		stage.verdict.check(`${what.padEnd(40)} ${plain(refused ?? got ?? "")}`.slice(0, 150), refused !== undefined || got === "nothing", got);
	}
	stage.verdict.check("the credential is nowhere in the run", !JSON.stringify(run).includes(stage.credential));
};

const showBombs = async (stage: Stage): Promise<void> => {
	title("3. Programs that try to take the machine down, while (1) runs beside them");
	let beside = 0;
	let undisturbed = 0;
	let stop = false;
	const neighbour = (async () => {
		while (!stop) {
			const run = await runReport(stage);
			beside += 1;
			if (run.status === "succeeded") undisturbed += 1;
		}
	})();
	for (const bomb of BOMBS) {
		const run = await stage.api.run({ agent: "bomber", program: bomb.program, limits: bomb.limits });
		line(`${bomb.name.padEnd(30)} ${describeRun(run)}`);
		const found = run.error?.code ?? null;
		stage.verdict.check(
			`ends as it should: ${bomb.code ?? "succeeded, its log cut"}`,
			found === bomb.code && (bomb.code !== null || run.logsTruncated),
			String(found),
		);
		if (bomb.code === "cpu_exceeded")
			stage.verdict.check(
				"what it printed before the loop is kept",
				run.logs.some((log) => log.text === "before the loop"),
			);
	}
	stop = true;
	await neighbour;
	stage.verdict.check(`${beside} good runs beside them, all undisturbed`, beside > 0 && undisturbed === beside, String(undisturbed));
};

const showBudget = async (stage: Stage): Promise<void> => {
	title("4. An agent that may run three times a day, asked to run ten times at once");
	const program = "export default async () => 1;";
	const answers = await Promise.all(Array.from({ length: 10 }, () => stage.api.request("POST", "/v1/runs", { agent: "spender", program })));
	const taken = answers.filter((answer) => answer.status === 201).length;
	const refused = answers.filter((answer) => answer.status === 402);
	line(plain(JSON.stringify(refused.at(0)?.body ?? {})).slice(0, 260));
	stage.verdict.check(
		"exactly three ran, seven were refused with 402",
		taken === 3 && refused.length === 7,
		`${taken} ran, ${refused.length} refused`,
	);
};

const showLedger = async (stage: Stage, report: Run): Promise<void> => {
	title("The ledger of (1)");
	const { data } = await stage.api.expect(200, pageOf(Call), "GET", `/v1/runs/${report.id}/calls`);
	for (const call of data) {
		line(
			`${String(call.seq).padStart(2)}  env.${call.grant}.${call.method}  ${plain((call.args ?? "").slice(0, 48)).padEnd(48)}  ${call.decision} by ${plain(call.rule ?? "-").slice(0, 40)}  ${call.status}  ${call.cost.egressBytes} B  ${call.hash?.slice(0, 12) ?? ""}`,
		);
	}
	stage.verdict.check(
		"every call is there, each chained to the one before",
		data.length === 4 && data.every((call, index) => index === 0 || call.previousHash === data[index - 1]?.hash),
		String(data.length),
	);
};

const showBudgetState = async (stage: Stage): Promise<void> => {
	title("The budget of the agent of (1), today");
	const agents = await stage.api.expect(200, pageOf(z.looseObject({ id: z.string(), name: z.string() })), "GET", "/v1/agents");
	const analyst = agents.data.find((agent) => agent.name === "analyst");
	const { windows } = await stage.api.expect(200, Budget, "GET", `/v1/agents/${analyst?.id}/budget`);
	line(`settled ${JSON.stringify(windows.day.settled)}`);
	line(`held    ${JSON.stringify(windows.day.held)}`);
	stage.verdict.check(
		"nothing is held any more",
		Object.values(windows.day.held).every((amount) => amount === 0),
		JSON.stringify(windows.day.held),
	);
};

const credential = `hunter2-${randomBytes(12).toString("hex")}`;
const dataFolder = await mkdtemp(join(tmpdir(), "cordon-demo-"));
const upstream = await startUpstream(credential);
const model = await startModel();
const cordon = await startCordon({ port: 0, host: "127.0.0.1", dataFolder, executors: 4, developmentHosts: [upstream.host, model.host] });
const verdict = new Verdict();
try {
	console.log(`Cordon runs on ${cordon.url}, its programs enclosed by ${cordon.enclosure.kind}.`);
	const stage: Stage = { api: createApiClient(cordon.url, cordon.key), url: cordon.url, upstream, credential, verdict };
	await prepare(stage);
	const report = await showReport(stage);
	await showThief(stage, report);
	await showBombs(stage);
	await showBudget(stage);
	await showAnalysis(stage.api, model, verdict);
	await showLedger(stage, report);
	await showBudgetState(stage);
} finally {
	await cordon.stop();
	await upstream.close();
	await model.close();
	await rm(dataFolder, { recursive: true, force: true });
}
console.log(verdict.failures === 0 ? "\nAll of it is as it should be." : `\n${verdict.failures} things are not as they should be.`);
process.exitCode = verdict.failures === 0 ? 0 : 1;
