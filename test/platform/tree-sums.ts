import { RunTree } from "../../contract/runs.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { pollUntil } from "./start-platform.ts";

/** On every level of a tree: what a run has lent, and what the runs that it started have used with all below them. */
export const sumsOf = ({ data }: RunTree) =>
	data.map(({ id, lent }) => {
		const children = data.filter(({ parent }) => parent === id);
		const sum = (name: "calls" | "cpuMs" | "wallMs" | "tokens" | "egressBytes" | "usdMicros"): number =>
			children.reduce((total, child) => total + child.usage[name] + child.lent[name], 0);
		const runs = children.reduce((total, child) => total + 1 + child.lent.runs, 0);
		const [calls, cpuMs, wallMs] = [sum("calls"), sum("cpuMs"), sum("wallMs")];
		const [tokens, egressBytes, usdMicros] = [sum("tokens"), sum("egressBytes"), sum("usdMicros")];
		return { id, lent, used: { runs, calls, cpuMs, wallMs, tokens, egressBytes, usdMicros } };
	});

const isWhole = (tree: RunTree): boolean =>
	tree.data.every(({ endedAtMs }) => endedAtMs !== null) &&
	sumsOf(tree).every(({ lent, used }) => JSON.stringify(lent) === JSON.stringify(used));

/** A tree that has ended, once the archive has all of it as it stays: then it has so many runs and adds up. What it has not by then is for the caller to find. */
export const wholeTree = (api: ApiClient, id: string, runs: number): Promise<RunTree> =>
	pollUntil(
		() => api.expect(200, RunTree, "GET", `/v1/runs/${id}/tree`),
		(tree) => tree.data.length === runs && isWhole(tree),
	);
