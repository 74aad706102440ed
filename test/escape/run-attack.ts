import { ErrorBody } from "../../contract/common.ts";
import { Run } from "../../contract/runs.ts";
import type { Answer } from "../../scripts/support/api-client.ts";
import type { Attack, AttackResult } from "./attack.ts";
import { checkRun, untilOver } from "./check-run.ts";
import { lookForLeaks } from "./look-for-leaks.ts";
import type { Scene } from "./scene.ts";

/** What an attack came to: words, and the run if it made one. */
interface End {
	readonly how: string;
	readonly run: Run | null;
}

/** What a terminal would take for commands. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

const checkRefusal = (scene: Scene, { ends, says }: Attack, answer: Answer): End => {
	const { code, message } = ErrorBody.parse(answer.body).error;
	const how = `refused ${code}: ${message}`;
	lookForLeaks(scene, JSON.stringify(answer.body));
	if (!message.includes(says)) throw new Error(`The answer to POST /v1/runs: found ${how.slice(0, 500)}, wanted it to say "${says}"`);
	if (CONTROL.test(message)) throw new Error("The answer to POST /v1/runs: found control characters in its message, wanted none");
	const isWanted = ends.kind === "refused" ? ends.codes.includes(code) : ends.kind === "contained" && answer.status < 500;
	if (isWanted) return { how, run: null };
	throw new Error(`The answer to POST /v1/runs: found ${answer.status} ${how.slice(0, 500)}, wanted ${JSON.stringify(ends)}`);
};

const runProgram = async (scene: Scene, attack: Attack, does: Attack["does"] & { kind: "program" }): Promise<End> => {
	const answer = await scene.api.request("POST", "/v1/runs", {
		agent: "hostile",
		program: does.program,
		language: does.language,
		input: { ...scene.input, ...attack.input },
		limits: attack.limits,
		...(attack.grants === null ? {} : { grants: attack.grants }),
	});
	if (answer.status >= 300) return checkRefusal(scene, attack, answer);
	const run = await untilOver(scene, Run.parse(answer.body));
	try {
		return { how: await checkRun(scene, attack, run), run };
	} finally {
		if (run.endedAtMs === null) await scene.api.request("POST", `/v1/runs/${run.id}/cancel`);
	}
};

const perform = async (scene: Scene, attack: Attack): Promise<End> => {
	const { does } = attack;
	if (does.kind === "program") return runProgram(scene, attack, does);
	await does.attack(scene);
	return { how: "held", run: null };
};

/** What a run that was stopped had used when it was: its usage says no more than its limit, which is all that is charged. */
const overCpu = (run: Run | null, limit = 0): number | null => {
	if (run?.error?.code !== "cpu_exceeded") return null;
	const [, used] = /it used (\d+) ms of CPU/.exec(run.error.message) ?? [];
	return used === undefined ? null : Math.max(0, Number(used) - limit);
};

const overWall = (run: Run | null, limit = 0): number | null =>
	run?.error?.code === "wall_time_exceeded" && run.endedAtMs !== null && run.startedAtMs !== null
		? Math.max(0, run.endedAtMs - run.startedAtMs - limit)
		: null;

/**
 * Tries one attack, with an honest run of another tenant beside it.
 * @returns whether it held: it ended as its header says, nothing that is hidden was seen, nobody reached what nothing allows, and the neighbour noticed nothing.
 */
export const runAttack = async (scene: Scene, attack: Attack): Promise<AttackResult> => {
	const from = performance.now();
	const reached = scene.forbidden.connections();
	const [end, neighbour] = await Promise.allSettled([perform(scene, attack), scene.victim.work()]);
	const faults = [end, neighbour].flatMap((each) => (each.status === "rejected" ? [String(each.reason?.message ?? each.reason)] : []));
	if (scene.forbidden.connections() !== reached) faults.push("The forbidden listener: found a connection, wanted none");
	const run = end.status === "fulfilled" ? end.value.run : null;
	const { id, covers, name, file, category, wall, limits } = attack;
	return {
		...{ id, covers, name, file, category, wall },
		held: faults.length === 0,
		how: faults.length > 0 ? faults.join("; ") : end.status === "fulfilled" ? end.value.how : "",
		tookMs: Math.round(performance.now() - from),
		neighbourMs: neighbour.status === "fulfilled" ? Math.round(neighbour.value) : null,
		overCpuMs: overCpu(run, limits.cpuMs),
		overWallMs: overWall(run, limits.wallMs),
	};
};
