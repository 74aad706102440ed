import type { Agent } from "../../../contract/agents.ts";
import { type Asked, GET, GRANTS, note, POST, put, SEND } from "./run-under-test.ts";

/** What every run's program calls, in this order, a few of them at once. */
export const PROGRAM: readonly ((runId: string) => Asked)[] = [
	(runId) => put(`${runId}1`, 1),
	() => POST,
	() => GET,
	(runId) => note(`${runId}4`),
	() => SEND,
	() => POST,
	(runId) => note(`${runId}7`),
	() => GET,
];
/** Calls of a program that wait at once. */
export const AT_ONCE = 3;
const WEB = { calls: 40, egressBytes: 4_000_000 };
/** What the agent may use. */
export const BUDGET = {
	hour: { runs: 4, calls: 12, wallMs: 90_000 },
	day: { cpuMs: 20_000, ...WEB },
	lifetime: { usdMicros: 6_000 },
} as const;
/** What its programs may do. */
export const SCENE_POLICY = {
	grants: GRANTS,
	flow: { "private+untrusted -> external": "allow" },
	limits: { cpuMs: 1_000, wallMs: 5_000, calls: 12 },
} as const satisfies Agent["policy"];
