import { env } from "cloudflare:workers";
import { newId, newRoutedId, locatorOf } from "../../../contract/ids.ts";
import type { Call, Run } from "../../../contract/runs.ts";
import { type ArchiveBatch, writeArchive } from "../../../worker/ledger/write-archive.ts";

/** A call as a test says it. A planned one is charged nothing, whatever its cost says. */
export interface WrittenCall {
	readonly startedAtMs: number;
	readonly verb: string;
	readonly model: string | null;
	readonly status: Call["status"];
	readonly cost: Call["cost"];
}

/** A run as a test says it, with its own part of the cost. */
export interface WrittenRun {
	readonly agent: number;
	readonly createdAtMs: number;
	readonly own: { readonly usdMicros: number; readonly cpuMs: number; readonly wallMs: number };
	readonly calls: readonly WrittenCall[];
}

/** A piece of an archive: a state of a run, or of a call. */
export interface Piece {
	readonly agent: number;
	readonly run?: ArchiveBatch["runs"][number];
	readonly call?: ArchiveBatch["calls"][number];
}

/** A tenant's agents, written to D1 as their objects would. */
export class WrittenLedger {
	readonly tenantId = newId("ten");
	readonly agentIds: readonly string[];

	constructor(agents: number) {
		this.agentIds = Array.from({ length: agents }, () => newId("agt"));
	}

	/** A run's states, the last of them whole, and those of its calls: their costs grow from state to state. */
	pieces({ agent, createdAtMs, own, calls }: WrittenRun, states = 1): Piece[] {
		const locator = locatorOf(this.#agentId(agent));
		const id = newRoutedId("run", locator, createdAtMs);
		const written = calls.map((call, index) => callOf(id, newRoutedId("cal", locator, call.startedAtMs), index + 1, call));
		const paid = written.filter(({ status }) => status !== "planned").map(({ cost }) => cost);
		const sum = (dimension: keyof Call["cost"]): number => paid.reduce((all, cost) => all + cost[dimension], 0);
		const usage = {
			...{ cpuMs: own.cpuMs, wallMs: own.wallMs, calls: sum("calls"), tokens: sum("tokens"), egressBytes: sum("egressBytes") },
			usdMicros: own.usdMicros + sum("usdMicros"),
		};
		const run = runOf(id, this.#agentId(agent), createdAtMs, usage);
		return Array.from({ length: states }, (_, index) => {
			const revision = index + 1;
			const isLast = revision === states;
			const part = (amount: number): number => (isLast ? amount : Math.floor((amount * index) / states));
			const state = {
				...run,
				...(isLast ? {} : { status: "running" as const, endedAtMs: null }),
				usage: { ...usage, cpuMs: part(usage.cpuMs) },
			};
			return [
				{ agent, run: { run: state, files: [], ownUsdMicros: part(own.usdMicros), revision } },
				...written.map((call) => {
					const { tokens, egressBytes, usdMicros } = call.cost;
					const cost = { ...call.cost, tokens: part(tokens), egressBytes: part(egressBytes), usdMicros: part(usdMicros) };
					return { agent, call: { id: call.id, run: id, seq: call.seq, record: JSON.stringify({ ...call, cost }), revision } };
				}),
			];
		}).flat();
	}

	/** Sends pieces as one batch of each agent. */
	async write(pieces: readonly Piece[]): Promise<void> {
		for (const [agent, agentId] of this.agentIds.entries()) {
			const own = pieces.filter((piece) => piece.agent === agent);
			const runs = own.flatMap(({ run }) => run ?? []);
			const calls = own.flatMap(({ call }) => call ?? []);
			await writeArchive(env.DB, { tenantId: this.tenantId, agentId, agent: null, runs, calls, approvals: [] });
		}
	}

	#agentId(agent: number): string {
		const id = this.agentIds[agent];
		if (id === undefined) throw new Error("the ledger has the agent");
		return id;
	}
}

const callOf = (run: string, id: string, seq: number, { startedAtMs, verb, model, status, cost }: WrittenCall): Call => ({
	...{ id, run, seq, grant: "granted", verb, model, method: "do", args: "[]", argsDigest: "sha256:0" },
	...{ decision: "allowed", rule: null, status, effect: "read", nth: 1, approval: null, error: null, cost },
	...{ startedAtMs, endedAtMs: startedAtMs, entry: null, hash: null, previousHash: null },
});

const runOf = (id: string, agent: string, createdAtMs: number, usage: Run["usage"]): Run => ({
	...{
		id,
		agent,
		status: "succeeded",
		result: null,
		error: null,
		usage,
		logs: [],
		logsTruncated: false,
		files: [],
		grants: [],
		labels: [],
	},
	...{ programDigest: "sha256:0", policyVersion: 1, attempt: 1, createdAtMs, startedAtMs: createdAtMs, endedAtMs: createdAtMs },
	...{ pendingApproval: null, pendingApprovals: [], unresolvedCalls: [], mode: "live", source: null, plan: null, metadata: {} },
	...{ programVersion: null, isolation: "fresh", trigger: null, schedule: null },
	...{ parent: null, root: null, lent: { runs: 0, calls: 0, cpuMs: 0, wallMs: 0, tokens: 0, egressBytes: 0, usdMicros: 0 } },
});
