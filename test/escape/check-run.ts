import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";
import { Call, Run } from "../../contract/runs.ts";
import { pollUntil } from "../platform/start-platform.ts";
import type { Attack } from "./attack.ts";
import { lookForLeaks } from "./look-for-leaks.ts";
import { BUGS } from "./parse-attack.ts";
import type { Scene } from "./scene.ts";

/** How far the host's own figures may go past a run's limit where other work keeps the machine busy, milliseconds. */
const CPU_SLACK_MS = 3_000;
const WALL_SLACK_MS = 15_000;
/** What a text that was cut may have beyond its limit, to say so. */
const MARK_CHARS = 100;
const SHOWN_CHARS = 500;

const describe = (run: Run): string => {
	const { status, error, result, usage } = run;
	const said = JSON.stringify(error === null ? result : [error.code, error.message]) ?? "nothing";
	return `${status} ${said.slice(0, SHOWN_CHARS)} after ${usage.cpuMs} ms of CPU and ${usage.wallMs} ms`;
};

/** Waits until a run has ended or waits for a person. */
export const untilOver = (scene: Scene, begun: Run): Promise<Run> =>
	pollUntil(
		async () => (begun.endedAtMs === null ? scene.api.expect(200, Run, "GET", `/v1/runs/${begun.id}`) : begun),
		({ endedAtMs, status }) => endedAtMs !== null || status === "waiting_approval",
		90_000,
	);

const checkEnd = ({ ends }: Attack, run: Run): void => {
	const code = run.error?.code ?? run.status;
	const found = describe(run);
	const wrong = (wanted: string): never => {
		throw new Error(`The run's end: found ${found}, wanted ${wanted}`);
	};
	if (run.endedAtMs === null && run.status !== "waiting_approval") wrong("it to have ended");
	if (BUGS.includes(code)) wrong("no end that is a bug of the platform");
	if (ends.kind === "refused") wrong(`no run at all: the request refused with ${ends.codes.join(" or ")}`);
	if (ends.kind === "codes" && !ends.codes.includes(code)) wrong(ends.codes.join(" or "));
	if (ends.kind === "returns" && !(run.status === "succeeded" && isDeepStrictEqual(run.result, ends.result)))
		wrong(`it to return ${JSON.stringify(ends.result).slice(0, SHOWN_CHARS)}`);
};

const checkBounds = ({ says }: Attack, { error, logs, usage }: Run): void => {
	const longest = Math.max(0, ...logs.map(({ text }) => text.length));
	const chars = logs.reduce((sum, { text }) => sum + text.length, 0);
	const bounds: [what: string, found: number, most: number][] = [
		["characters of the error's message", error?.message.length ?? 0, LIMITS.errorMessageChars + MARK_CHARS],
		["characters of the error's stack", error?.stack?.length ?? 0, LIMITS.errorStackChars + MARK_CHARS],
		["lines of the log", logs.length, LIMITS.logLines],
		["characters of a line of the log", longest, LIMITS.logLineChars + MARK_CHARS],
		["characters of the log", chars, LIMITS.logChars + LIMITS.logLineChars],
		["negative figures of usage", Object.values(usage).filter((amount) => amount < 0).length, 0],
		["lines of the log out of order", logs.filter(({ seq }, index) => index > 0 && seq <= (logs[index - 1]?.seq ?? 0)).length, 0],
	];
	for (const [what, found, most] of bounds) if (found > most) throw new Error(`The run's ${what}: found ${found}, wanted at most ${most}`);
	if (!(error?.message ?? "").includes(says)) throw new Error(`The run's error: found "${error?.message}", wanted it to say "${says}"`);
};

const checkUsage = ({ limits }: Attack, run: Run): void => {
	const { cpuMs, wallMs } = run.usage;
	for (const [what, used, limit, slack] of [
		["CPU time", cpuMs, limits.cpuMs ?? 0, CPU_SLACK_MS],
		["wall time", wallMs, limits.wallMs ?? 0, WALL_SLACK_MS],
	] as const) {
		if (used < 0 || used > limit + slack)
			throw new Error(`The run's ${what}: found ${used} ms, wanted at most ${limit} and ${slack} beyond`);
	}
};

/** Up to 200 calls of a run, as its tenant is shown them. */
const callsOf = async (scene: Scene, run: Run): Promise<z.infer<typeof Call>[]> => {
	const page = z.object({ data: z.array(Call) });
	return (await scene.api.expect(200, page, "GET", `/v1/runs/${run.id}/calls?limit=200`)).data;
};

/** Nothing of a run begins after its end. */
const checkCalls = (run: Run, calls: readonly z.infer<typeof Call>[]): void => {
	const late = calls.find(({ startedAtMs }) => run.endedAtMs !== null && startedAtMs > run.endedAtMs);
	if (late === undefined) return;
	throw new Error(`The run's calls: found env.${late.grant}.${late.method} begun after the run's end, wanted none`);
};

/** Checks a run that is over: its end, what it says, what it was charged, and what it shows. @returns its end in words. @throws Error that says what got through */
export const checkRun = async (scene: Scene, attack: Attack, run: Run): Promise<string> => {
	checkEnd(attack, run);
	const said = JSON.stringify([run.result, run.logs, run.error?.message]);
	if (said.includes("ESCAPED"))
		throw new Error(`The program says that it got through: found ${said.slice(0, SHOWN_CHARS)}, wanted no ESCAPED`);
	checkBounds(attack, run);
	checkUsage(attack, run);
	const calls = await callsOf(scene, run);
	checkCalls(run, calls);
	lookForLeaks(scene, JSON.stringify([run, calls]));
	return describe(run);
};
