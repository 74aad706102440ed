import type { BudgetLimits } from "../../../contract/budgets.ts";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { canonicalJson } from "../../../worker/ledger/chain-call.ts";
import { Bounds, expectAgentSound, fail } from "../../unit/budget-invariants/agent-rules.ts";
import { CallRules } from "./call-rules.ts";
import { EffectRules } from "./effect-rules.ts";
import { Model, type ModelCall, type ModelRun } from "./model.ts";
import { ArchiveRules, expectMarked } from "./outbox-rules.ts";
import { expectHolds, expectRunStep } from "./run-rules.ts";
import type { SimArchive } from "./sim-archive.ts";
import type { SimStorage, Touched } from "./sim-storage.ts";

type Change<Item> = readonly [before: Item | undefined, after: Item];
/** What has changed in a step, with what it was. */
export interface Changes {
	readonly runs: Change<ModelRun>[];
	readonly calls: Change<ModelCall>[];
	readonly approvals: Change<string>[];
}
const NONE: Changes = { runs: [], calls: [], approvals: [] };

const add = <Item>(changes: Change<Item>[], before: Item | undefined, after: Item | undefined): void => {
	if (after !== undefined) changes.push([before, after]);
};

/** What must hold after every step, of whoever made it. */
export class Rules {
	readonly model: Model;
	readonly calls: CallRules;
	readonly effects: EffectRules;
	readonly inArchive: ArchiveRules;
	readonly #storage: SimStorage;
	readonly #archive: SimArchive;
	readonly #bounds = new Bounds();

	constructor(storage: SimStorage, archive: SimArchive) {
		this.#storage = storage;
		this.#archive = archive;
		this.model = new Model(storage);
		this.calls = new CallRules(this.model);
		this.effects = new EffectRules(this.model, storage);
		this.inArchive = new ArchiveRules(archive);
	}

	/** Looks at what has changed since the last look. @param limits of grants, by today's policy */
	expectSound(agentId: string, limits: Readonly<Record<string, BudgetLimits>>, nowMs: number): Changes {
		const touched = this.#storage.takeTouched();
		if (touched.length === 0) return NONE;
		const ids = new Set(touched.map(({ id }) => id));
		const { model } = this;
		const changes = this.#read(touched);
		for (const [before, after] of changes.runs) expectRunStep(before, after);
		this.calls.expectStep(changes.calls);
		expectHolds(model, ids);
		expectMarked(this.#storage, this.#archive, model, ids);
		if (touched.some(({ kind }) => kind === "facts" || kind === "holds"))
			expectAgentSound(model.seen(agentId, limits, nowMs), this.#bounds);
		if (touched.some(({ kind }) => kind === "state")) this.effects.expectObjectActs();
		return changes;
	}

	#read(touched: readonly Touched[]): Changes {
		const { model } = this;
		const changes: Changes = { runs: [], calls: [], approvals: [] };
		for (const { kind, id } of touched) {
			if (kind === "runs") add(changes.runs, model.readRun(id), model.runs.get(id));
			else if (kind === "calls") add(changes.calls, model.readCall(id), model.calls.get(id));
			else if (kind === "approvals") add(changes.approvals, model.readApproval(id), model.approvals.get(id));
			else if (kind === "holds") model.readHold(id);
			else if (kind === "facts") model.readFact(id);
		}
		return changes;
	}

	/** What an object has in memory is what its storage has. */
	expectRemembered(state: ObjectState, nowMs: number): void {
		for (const [name, text] of this.model.facts) {
			const remembered = rememberedOf(state, name, nowMs);
			if (remembered !== undefined && canonicalJson(remembered) !== canonicalJson(JSON.parse(text)))
				fail(`${name}: memory has ${canonicalJson(remembered)}, storage ${text}`);
		}
		for (const [id, run] of this.model.runs) {
			if (this.model.forgotten.has(id)) continue;
			const row = state.runs.get(id);
			if (row?.revision !== run.revision || row.status !== run.status || row.lease_expires_at_ms !== run.leaseExpiresAtMs)
				fail(`run ${id}: memory has revision ${row?.revision} (${row?.status}), storage ${run.revision} (${run.status})`);
		}
		if (state.outbox.isEmpty() && this.#storage.look("SELECT 1 FROM outbox LIMIT 1").length > 0)
			fail("outbox: memory says that it is empty");
	}
}

const rememberedOf = ({ facts }: ObjectState, name: string, nowMs: number): unknown => {
	switch (name) {
		case "budget":
			return facts.budget(nowMs);
		case "configuration":
			return facts.configuration();
		case "slices":
		case "slices-now":
			return facts.slices(name);
		case "chain":
			return facts.chain();
		default:
			return name.startsWith("grant-budget:") ? facts.grantBudget(name.slice("grant-budget:".length), nowMs) : undefined;
	}
};
