import type { TenantLimits } from "../../../contract/budgets.ts";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import type { LeaseAnswer, LeaseAsk, SliceAck, SliceReport } from "../../../worker/budgets/lease-messages.ts";
import { TenantLedger } from "../../../worker/budgets/tenant-ledger.ts";
import type { TenantNamespace } from "../../../worker/env.ts";
import { MapRows } from "../budgets/map-rows.ts";

/** What becomes of a message to the tenant's object. */
export type MessageFate = "heard" | "unheard" | "unanswered" | "twice";

/** The tenant's object with its real ledger, in memory; its messages may be lost. */
export class SimTenant {
	readonly rows = new MapRows();
	readonly ledger = new TenantLedger(this.rows);
	readonly #now: () => number;
	/** Asked before each message; what it does happens while the message is under way. */
	fate: () => Promise<MessageFate> = async () => "heard";

	constructor(now: () => number) {
		this.#now = now;
	}

	setLimits(limits: TenantLimits, timeZone: string): void {
		this.ledger.setLimits(limits, timeZone, this.#now());
	}

	asNamespace(): TenantNamespace {
		const port = {
			lease: (ask: LeaseAsk): Promise<LeaseAnswer> => this.#carry(() => this.ledger.lease(structuredClone(ask), this.#now())),
			report: (holder: string, reports: readonly SliceReport[]): Promise<SliceAck[]> =>
				this.#carry(() => this.ledger.report(holder, structuredClone(reports), this.#now())),
		};
		return Object.assign(Object.create(null), { idFromName: (name: string) => name, get: () => port });
	}

	/** Asks back every slice that is lent, as when limits were changed or others are short. @returns how many the agent gave back */
	askAllBack(state: ObjectState): number {
		let given = 0;
		for (const { holder, n } of [...this.rows.slices.values()]) {
			const keeper = state.slices.keeperOf(holder);
			if (keeper === null) continue;
			keeper.takeAcks(this.ledger.report(holder, keeper.giveBack(n), this.#now()));
			given += 1;
		}
		return given;
	}

	async #carry<Answer>(hear: () => Answer): Promise<Answer> {
		const fate = await this.fate();
		if (fate === "unheard") throw new Error("the message was lost");
		const answer = hear();
		if (fate === "twice") hear();
		if (fate === "unanswered") throw new Error("the answer was lost");
		return structuredClone(answer);
	}
}
