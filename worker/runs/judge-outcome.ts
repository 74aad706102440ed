import { ERRORS, type ErrorCode } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { type Run, type RunError, runError } from "../../contract/runs.ts";
import { checkEncoded } from "../../contract/tagged-json.ts";
import type { FinishCommand } from "../agents/object/finish-run.ts";
import { explainLoadFailure } from "../executor/explain-load-failure.ts";
import { mapStack } from "../executor/map-stack.ts";
import type { CompiledProgram, ExecutionOutcome } from "../executor/protocol.ts";
import { readAnswer } from "../executor/read-answer.ts";
import { boundLogs } from "./bound-lines.ts";

type Ended = Exclude<ExecutionOutcome, { kind: "refused" }>;
type Judgement = Pick<
	FinishCommand,
	"ending" | "status" | "result" | "error" | "logs" | "logsTruncated" | "choices" | "places" | "sent" | "timerAtMs"
>;

/** A harness may say of a run's error only what a program can cause by itself. */
const PROGRAM_CODES: ReadonlySet<string> = new Set([
	"program_threw",
	"result_not_serializable",
	"result_too_large",
	"invalid_program",
	"capability_not_granted",
	"egress_denied",
	"file_denied",
	"file_not_found",
	"quota_exceeded",
	"invalid_arguments",
	"approval_required",
	"approval_denied",
	"approval_expired",
	"not_deterministic",
	"rate_limited",
	"flow_denied",
	"calls_exceeded",
	"budget_exceeded",
	"upstream_failed",
	"upstream_timeout",
	"response_too_large",
	"secret_unavailable",
	"secret_seen",
	"canary_seen",
	"sql_denied",
	"sql_limit_exceeded",
	"conflict",
]);
/** Those that say all there is to do. */
const OWN_CODES: ReadonlySet<ErrorCode> = new Set(["result_not_serializable", "result_too_large", "invalid_program"]);
const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** How a run ended, from how its execution ended: decided by who was running and what was measured. Only what the harness says of the program's own answer is its word. */
export const judgeOutcome = (
	outcome: Ended,
	program: CompiledProgram,
	limits: { wallMs: number; cpuMs: number; memoryMb: number },
): Judgement => {
	if (outcome.kind === "answered") return judgeAnswer(outcome.answer, program);
	const spooled = {
		ending: "ended" as const,
		result: null,
		...boundLogs(outcome.logs, outcome.logsDropped),
		choices: null,
		places: null,
		sent: null,
		timerAtMs: null,
	};
	const failed = (code: ErrorCode, message: string): Judgement => ({ status: "failed", error: runError(code, message), ...spooled });
	switch (outcome.kind) {
		case "stopped":
			// A run that was cancelled has ended already; one that waits for a person has had its isolate stopped, and goes on waiting.
			return outcome.reason === "cancelled"
				? { ...spooled, ...stoppedAs(outcome, limits), ending: "parked", timerAtMs: Date.now() + LIMITS.unknownTimerMs }
				: { ...spooled, ...stoppedAs(outcome, limits) };
		case "silent":
			return failed(
				"never_settled",
				"Running the program: it ended without an answer: what it awaits can never happen, or it ended its own isolate",
			);
		case "lost":
			return { ...failed("executor_lost", "Running the program: the executor died under it"), ending: "lost" };
		case "not_loaded": {
			const explained = explainLoadFailure(outcome.message);
			return {
				status: "failed",
				error: { ...runError("invalid_program", explained.message), line: explained.line, column: explained.column },
				...spooled,
			};
		}
	}
};

const stoppedAs = (
	outcome: Extract<Ended, { kind: "stopped" }>,
	limits: { wallMs: number; cpuMs: number; memoryMb: number },
): Pick<Judgement, "status" | "error"> => {
	switch (outcome.reason) {
		case "cpu":
			return {
				status: "failed",
				error: runError(
					"cpu_exceeded",
					`Running the program: it used ${Math.round(outcome.cpuMs)} ms of CPU, its limit is ${limits.cpuMs} ms`,
				),
			};
		case "memory":
			return {
				status: "failed",
				error: runError("memory_exceeded", `Running the program: it wanted more memory than its limit of ${limits.memoryMb} MiB`),
			};
		case "wall":
			return {
				status: "timed_out",
				error: runError("wall_time_exceeded", `Running the program: it had not ended after ${limits.wallMs} ms, its limit`),
			};
		case "cancelled":
			return { status: "cancelled", error: runError("cancelled", "Running the program: somebody stopped it") };
	}
};

/** The harness's answer, parsed: a program that took the harness over can make it anything, and gets no further than its own result. */
const judgeAnswer = (answer: string, program: CompiledProgram): Judgement => {
	const reading = readAnswer(answer);
	if (reading.kind === "malformed") {
		const error = runError("result_not_serializable", `Reading the program's answer: ${reading.why}`);
		return {
			ending: "ended",
			status: "failed",
			result: null,
			error,
			logs: [],
			logsTruncated: false,
			choices: null,
			places: null,
			sent: null,
			timerAtMs: null,
		};
	}
	const { outcome, logs, logsDropped, choices, places, sent } = reading.answer;
	const kept = { ending: "ended" as const, ...boundLogs(logs, logsDropped), choices, places, sent, timerAtMs: null };
	if (outcome.kind === "returned") return { ...kept, ...judgeResult(outcome.result) };
	if (outcome.kind === "parked" || outcome.kind === "cut") {
		// Only the isolate says so, and a program can make it say so: how the run ends by it is what a program can cause by itself.
		const error = runError("never_settled", "Running the program: a call of it got no answer, by the word of its own isolate");
		const timerAtMs = outcome.kind === "parked" ? outcome.timerAtMs : null;
		return { ...kept, ending: outcome.kind, status: "failed", result: null, error, timerAtMs };
	}
	const code = PROGRAM_CODES.has(outcome.code) && isErrorCode(outcome.code) ? outcome.code : "program_threw";
	const mapped = mapStack(outcome.stack.slice(0, LIMITS.errorStackChars), program);
	const message = outcome.message.slice(0, LIMITS.errorMessageChars);
	const error: RunError = {
		...runError(
			code,
			code === "program_threw" && outcome.name !== "Error" && outcome.name !== "" ? `${outcome.name.slice(0, 100)}: ${message}` : message,
		),
		hint: judgeHint(code, code === outcome.code ? (outcome.hint ?? "") : ""),
		line: mapped.line,
		column: mapped.column,
		stack: mapped.stack === "" ? null : mapped.stack,
	};
	return { ...kept, status: code === "budget_exceeded" ? "budget_exceeded" : "failed", result: null, error };
};

/** A call says better than its code what to do. It is the program's word, as the message is; of ends that are no call's it can only add to what the code says. */
const judgeHint = (code: ErrorCode, said: string): string => {
	const hint = said.slice(0, LIMITS.errorMessageChars);
	if (hint === "" || OWN_CODES.has(code)) return ERRORS[code].hint;
	return code === "program_threw" ? `${ERRORS[code].hint} ${hint}` : hint;
};

const judgeResult = (result: Run["result"]): Pick<Judgement, "status" | "result" | "error"> => {
	const text = JSON.stringify(result);
	if (text.length > LIMITS.resultBytes || new TextEncoder().encode(text).byteLength > LIMITS.resultBytes) {
		return {
			status: "failed",
			result: null,
			error: runError("result_too_large", `Reading the result: it is larger than ${LIMITS.resultBytes} bytes`),
		};
	}
	const wrong = checkEncoded(result);
	if (wrong !== null) return { status: "failed", result: null, error: runError("result_not_serializable", `Reading the result: ${wrong}`) };
	return { status: "succeeded", result, error: null };
};
