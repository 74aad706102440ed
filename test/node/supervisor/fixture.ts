import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Enclosure } from "../../../supervisor/enclosure.ts";
import type { GateAddress } from "../../../supervisor/gate-splice.ts";
import { type Executors, startExecutors } from "../../../supervisor/start-executors.ts";
import { workerdBinary } from "../../../supervisor/workerd-binary.ts";
import { CompileOutcome, ExecutionOutcome, HarnessAnswer, type Job, type LogLine, RunFrame } from "../../../worker/executor/protocol.ts";

let runs = 0;

/** A job of a one-file program, with small limits unless others are given. */
export const jobOf = (code: string, parts: Partial<Omit<Job, "limits">> & { limits?: Partial<Job["limits"]> } = {}): Job => {
	runs += 1;
	return {
		runId: `run_${runs}`,
		attempt: 1,
		tenantId: "ten_a",
		agentId: "agt_a",
		token: "token",
		program: { main: "main.js", modules: { "main.js": code }, sources: {} },
		input: "{}",
		grants: [],
		seed: "00".repeat(32),
		clockMs: Date.now(),
		timeline: "",
		...parts,
		limits: { wallMs: 5_000, cpuMs: 1_000, memoryMb: 128, ...parts.limits },
	};
};

/** A run under way: `started` resolves when it has left the queue, `outcome` when it has ended. */
export interface TestRun {
	readonly runId: string;
	/** Batches of console lines as they came before the outcome. */
	readonly batches: Promise<readonly (readonly LogLine[])[]>;
	readonly started: Promise<void>;
	readonly outcome: Promise<ExecutionOutcome>;
	/** Breaks the connection that the run was asked for on. */
	hangUp(): void;
}

export interface TestExecutors extends AsyncDisposable {
	readonly executors: Executors;
	begin(job: Job): TestRun;
	run(job: Job): Promise<ExecutionOutcome>;
	post(path: string, body: unknown): Promise<unknown>;
	compile(code: string): Promise<CompileOutcome>;
	pids(tenantId: string): number[];
	/** Of those that run or compile something just now. */
	busyPids(tenantId: string): number[];
}

/** Executors of their own for one test file, asked over their socket as the Worker does. */
export const startTestExecutors = async (
	options: { size?: number; gate?: GateAddress; enclosure?: Enclosure["kind"]; workerd?: string } = {},
): Promise<TestExecutors> => {
	const runtimeFolder = await mkdtemp(join(tmpdir(), "cordon-test-"));
	const executors = await startExecutors({
		size: options.size ?? 2,
		workerd: options.workerd ?? workerdBinary,
		runtimeFolder,
		gate: () => options.gate ?? null,
		...(options.enclosure === undefined ? {} : { enclosures: [options.enclosure] }),
	});
	const ask = (path: string, body: unknown) => askSocket(executors.socketPath, path, body);
	const processesOf = (tenantId: string) => executors.pool.processes().filter((each) => each.tenantId === tenantId);
	const begin = (job: Job): TestRun => {
		const asked = ask("/run", job);
		const frames = asked.body.then((body) =>
			body
				.trimEnd()
				.split("\n")
				.map((line) => RunFrame.parse(JSON.parse(line))),
		);
		const outcome = frames.then((all) => ExecutionOutcome.parse(all.at(-1)));
		const batches = frames.then((all) => all.flatMap((frame) => (frame.kind === "lines" ? [frame.lines] : [])));
		// Whoever hangs up does not wait for it.
		outcome.catch(() => {});
		batches.catch(() => {});
		return { runId: job.runId, started: asked.headers, outcome, batches, hangUp: asked.hangUp };
	};
	return {
		executors,
		begin,
		run: (job) => begin(job).outcome,
		post: async (path, body) => {
			const answer = await ask(path, body).body;
			return answer === "" ? null : JSON.parse(answer);
		},
		compile: async (code) => {
			const source = { main: "main.ts", modules: { "main.ts": code }, language: "typescript" };
			return CompileOutcome.parse(JSON.parse(await ask("/compile", { source, tenantId: "ten_a" }).body));
		},
		pids: (tenantId) => processesOf(tenantId).map(({ pid }) => pid),
		busyPids: (tenantId) =>
			processesOf(tenantId)
				.filter(({ busy }) => busy)
				.map(({ pid }) => pid),
		[Symbol.asyncDispose]: async () => {
			await executors.stop();
			await rm(runtimeFolder, { recursive: true, force: true });
		},
	};
};

const askSocket = (socketPath: string, path: string, body: unknown) => {
	const asked = request({ socketPath, path, method: "POST", agent: false });
	const response = new Promise<IncomingMessage>((resolve, reject) => {
		asked.on("response", resolve);
		asked.on("error", reject);
	});
	asked.end(JSON.stringify(body));
	return { headers: response.then(() => {}), body: response.then(text), hangUp: () => asked.destroy() };
};

/** The harness's answer of a run that gave one. */
export const answerOf = (outcome: ExecutionOutcome): HarnessAnswer => {
	if (outcome.kind !== "answered") throw new Error(`Reading an answer: the run was ${JSON.stringify(outcome)}, wanted it answered.`);
	return HarnessAnswer.parse(JSON.parse(outcome.answer));
};
