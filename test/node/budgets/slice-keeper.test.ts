import { describe, expect, it } from "vitest";
import { type AgentSlices, NO_SLICES } from "../../../worker/budgets/agent-slices.ts";
import type { LeaseAnswer, LeaseAsk, SliceReport } from "../../../worker/budgets/lease-messages.ts";
import type { Share } from "../../../worker/budgets/share.ts";
import { SliceKeeper } from "../../../worker/budgets/slice-keeper.ts";
import { TenantLedger } from "../../../worker/budgets/tenant-ledger.ts";
import { MapRows } from "./map-rows.ts";

const NOON = Date.UTC(2026, 10, 21, 12);

/** A holder beside its tenant's ledger. */
class Beside {
	nowMs = NOON;
	/** Asks that came to the ledger. */
	readonly heard: LeaseAsk[] = [];
	/** Of the next messages, how many are lost. */
	lost = 0;
	readonly ledger = new TenantLedger(new MapRows());
	readonly keeper: SliceKeeper;
	#slices: AgentSlices = NO_SLICES;

	constructor(limits: Parameters<TenantLedger["setLimits"]>[0]) {
		this.ledger.setLimits(limits, "UTC", NOON);
		const store = {
			slices: () => this.#slices,
			putSlices: (slices: AgentSlices) => {
				this.#slices = slices;
			},
			step: <Answer>(work: () => Answer): Answer => work(),
		};
		const report = async (holder: string, reports: readonly SliceReport[]) => this.ledger.report(holder, reports, this.nowMs);
		const port = { lease: (ask: LeaseAsk) => this.#lease(ask), report };
		this.keeper = new SliceKeeper("agt_1", store, port, () => this.nowMs);
	}

	/** Whether an amount is held, as a step of the agent would. */
	async hold(amount: Share): Promise<boolean> {
		for (;;) {
			if (this.keeper.hold(amount, this.nowMs) !== null) return true;
			if ((await this.keeper.obtain(amount)).kind !== "again") return false;
		}
	}

	async #lease(ask: LeaseAsk): Promise<LeaseAnswer> {
		this.lost -= 1;
		if (this.lost >= 0) throw new Error("lost");
		this.heard.push(ask);
		return this.ledger.lease(ask, this.nowMs);
	}
}

describe("a holder that was refused", () => {
	it("asks once a second for what it is told that there is too little of, whatever it wants in turn", async () => {
		const beside = new Beside({ day: { tokens: 1, egressBytes: 1 } });
		for (let time = 0; time < 50; time += 1) {
			expect(await beside.hold({ calls: 1, tokens: 5 + time })).toBe(false);
			expect(await beside.hold({ calls: 1, egressBytes: 100 - time })).toBe(false);
		}
		expect(beside.heard).toHaveLength(2);
		expect(await beside.hold({ calls: 1, tokens: 1 })).toBe(true);
		beside.nowMs += 1_000;
		await beside.hold({ calls: 1, egressBytes: 5 });
		expect(beside.heard).toHaveLength(4);
	});

	it("is told of what it wants now, not of what was wanted when it asked", async () => {
		const beside = new Beside({ day: { tokens: 3 } });
		await beside.hold({ tokens: 9 });
		const wanted = { window: "day", dimension: "tokens", limit: 3, left: 3, wanted: 5 };
		expect(await beside.keeper.obtain({ tokens: 5 })).toMatchObject({ kind: "short", shortage: wanted });
	});

	it("has what fits, though an ask for more was not heard before and is refused now", async () => {
		const beside = new Beside({ day: { tokens: 3 } });
		beside.lost = 1;
		expect(await beside.hold({ tokens: 9 })).toBe(false);
		expect(await beside.hold({ tokens: 3 })).toBe(true);
	});

	it("asks again at once when its clock was set back", async () => {
		const beside = new Beside({ day: { tokens: 3 } });
		expect(await beside.hold({ tokens: 9 })).toBe(false);
		beside.ledger.setLimits({ day: { tokens: 30 } }, "UTC", NOON);
		beside.nowMs -= 60_000;
		expect(await beside.hold({ tokens: 9 })).toBe(true);
	});
});
