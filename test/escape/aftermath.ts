import { readdirSync, readFileSync } from "node:fs";
import { Budget } from "../../contract/budgets.ts";
import { pageOf } from "../../contract/common.ts";
import { RunSummary } from "../../contract/runs.ts";
import { controlPlaneIn } from "../platform/fault-processes.ts";
import { pollUntil } from "../platform/start-platform.ts";
import type { Scene } from "./scene.ts";

/** What the control plane's process has at one moment. */
export interface HostFigures {
	readonly residentMb: number;
	readonly descriptors: number;
}

const LIVE = ["queued", "running"] as const;

/** The Worker's own workerd. @throws Error when there is none */
export const controlPlanePid = (): number => {
	const found = controlPlaneIn(process.pid);
	if (found === undefined) throw new Error("Looking for the control plane: found no such process among this one's, wanted one");
	return found.pid;
};

/** @param pid of the control plane */
export const hostFigures = (pid: number): HostFigures => {
	const residentKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
	return { residentMb: Math.round(residentKb / 1024), descriptors: readdirSync(`/proc/${pid}/fd`).length };
};

/** Waits until nothing of the attacker's agent is held. @returns what still is, by dimension */
export const heldByAttacker = async (scene: Scene): Promise<Record<string, number>> => {
	const { windows } = await pollUntil(
		() => scene.api.expect(200, Budget, "GET", `/v1/agents/${scene.agentId}/budget`),
		(budget) => Object.values(budget.windows.lifetime.held).every((amount) => amount === 0),
	);
	return Object.fromEntries(Object.entries(windows.lifetime.held).filter(([, amount]) => amount !== 0));
};

/** Waits until the archive says of no run of the attacker's that it is queued or running. @returns those of which it still says so */
export const liveOfAttacker = async (scene: Scene): Promise<RunSummary[]> => {
	const ask = async (): Promise<RunSummary[]> => {
		const pages = await Promise.all(LIVE.map((status) => scene.api.expect(200, pageOf(RunSummary), "GET", `/v1/runs?status=${status}`)));
		return pages.flatMap(({ data }) => data);
	};
	return pollUntil(ask, (live) => live.length === 0);
};
