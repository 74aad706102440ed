import type { Amounts } from "../../../contract/budgets.ts";
import { locatorOf } from "../../../contract/ids.ts";
import type { z } from "zod";
import type { Shortage } from "../../budgets/budget-state.ts";
import type { Share } from "../../budgets/share.ts";
import { SliceKeeper } from "../../budgets/slice-keeper.ts";
import type { TenantNamespace } from "../../env.ts";
import type { Facts } from "./facts.ts";

/** Why a slice of the tenant's budget could not be had: it is short, or the tenant's object did not answer. */
export type SliceRefusal = { kind: "short"; shortage: Shortage } | { kind: "unreachable" };

/** Thrown out of a step that cannot go on before more of the tenant's budget is leased; the step is rolled back and made again. */
export class SliceNeeded extends Error {
	readonly keeper: SliceKeeper;
	readonly amount: Share;

	constructor(keeper: SliceKeeper, amount: Share) {
		super("Setting budget aside: a slice of the tenant's budget must be leased first");
		this.keeper = keeper;
		this.amount = amount;
	}
}

/** The agent's slices of its tenant's budget: one line for what is spent, one for runs that are live. Holding from them is part of a step; leasing is not. */
export class TenantSlices {
	readonly #facts: Facts;
	readonly #tenants: TenantNamespace;
	readonly #step: <Answer>(work: () => Answer) => Answer;
	#keepers: { readonly money: SliceKeeper; readonly live: SliceKeeper } | null = null;
	/** What a keeper answered to the last lease: a step that is made again takes it for an answer. */
	#refused: { readonly keeper: SliceKeeper; readonly refusal: SliceRefusal } | null = null;

	constructor(facts: Facts, tenants: TenantNamespace, step: <Answer>(work: () => Answer) => Answer) {
		this.#facts = facts;
		this.#tenants = tenants;
		this.#step = step;
	}

	/** The tenant's time zone, as the last lease told it. */
	get timeZone(): string {
		return this.#facts.slices("slices").timeZone;
	}

	/** @returns the slice's number, for the hold to keep, or why there is none. @throws SliceNeeded */
	holdMoney(amount: z.infer<typeof Amounts>, nowMs: number): number | SliceRefusal {
		return this.#hold(this.#both().money, amount, nowMs);
	}

	settleMoney(n: number, amount: z.infer<typeof Amounts>, charged: z.infer<typeof Amounts>, nowMs: number): void {
		this.#both().money.settle(n, amount, charged, nowMs);
	}

	/** A place among the tenant's live runs. @throws SliceNeeded */
	holdLive(nowMs: number): number | SliceRefusal {
		return this.#hold(this.#both().live, { liveRuns: 1 }, nowMs);
	}

	settleLive(n: number, nowMs: number): void {
		this.#both().live.settle(n, { liveRuns: 1 }, {}, nowMs);
	}

	#hold(keeper: SliceKeeper, amount: Share, nowMs: number): number | SliceRefusal {
		const n = keeper.hold(amount, nowMs);
		if (n !== null) return n;
		if (this.#refused?.keeper === keeper) return this.#refused.refusal;
		throw new SliceNeeded(keeper, amount);
	}

	/** Does work in which holds that a keeper has just refused are refused, instead of thrown out of it. */
	refusing<Answer>(keeper: SliceKeeper, refusal: SliceRefusal, work: () => Answer): Answer {
		this.#refused = { keeper, refusal };
		try {
			return work();
		} finally {
			this.#refused = null;
		}
	}

	/** The keeper of a holder's name, for the tenant's object that asks; null: none of this agent. */
	keeperOf(holder: string): SliceKeeper | null {
		const configuration = this.#facts.configuration();
		if (configuration === null) return null;
		const name = holderName(configuration);
		const { money, live } = this.#both();
		return holder === name ? money : holder === `${name}/now` ? live : null;
	}

	/** Sends what is due of slices that are over. */
	async alarm(nowMs: number): Promise<void> {
		if (this.#facts.configuration() === null) return;
		const { money, live } = this.#both();
		for (const keeper of [money, live]) if ((keeper.dueAtMs() ?? nowMs + 1) <= nowMs) await keeper.alarm();
	}

	dueAtMs(): number | null {
		if (this.#facts.configuration() === null) return null;
		const { money, live } = this.#both();
		const times = [money.dueAtMs(), live.dueAtMs()].filter((atMs) => atMs !== null);
		return times.length === 0 ? null : Math.min(...times);
	}

	#both(): { readonly money: SliceKeeper; readonly live: SliceKeeper } {
		if (this.#keepers !== null) return this.#keepers;
		const configuration = this.#facts.configuration();
		if (configuration === null) throw new Error("Setting budget aside: the object has no agent yet");
		const { tenantId } = configuration;
		const tenant = () => this.#tenants.get(this.#tenants.idFromName(tenantId));
		const port = {
			lease: (ask: Parameters<ReturnType<typeof tenant>["lease"]>[0]) => tenant().lease(ask),
			report: (...told: Parameters<ReturnType<typeof tenant>["report"]>) => tenant().report(...told),
		};
		const storeOf = (name: "slices" | "slices-now") => ({
			slices: () => this.#facts.slices(name),
			putSlices: (slices: ReturnType<Facts["slices"]>) => this.#facts.putSlices(name, slices),
			step: this.#step,
		});
		const holder = holderName(configuration);
		this.#keepers = {
			money: new SliceKeeper(holder, storeOf("slices"), port),
			live: new SliceKeeper(`${holder}/now`, storeOf("slices-now"), port),
		};
		return this.#keepers;
	}
}

/** The name of the agent's own object, by which the tenant's reaches it. */
const holderName = ({ tenantId, agentId }: { tenantId: string; agentId: string }): string => `${tenantId}/${locatorOf(agentId)}`;
