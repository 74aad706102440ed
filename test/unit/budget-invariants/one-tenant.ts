import type { SliceAck, SliceReport } from "../../../worker/budgets/lease-messages.ts";
import { TenantObject } from "../../../worker/tenant-budget/tenant-object.ts";
import type { BudgetWorld } from "./budget-world.ts";

/** A tenant's object whose clock is its own and whose agents are the world's. */
export class OneTenant extends TenantObject {
	readonly #world: BudgetWorld;

	constructor(context: DurableObjectState, world: BudgetWorld) {
		super(context, Object.create(null));
		this.#world = world;
	}

	protected override now(): number {
		return this.#world.nowMs + this.#world.tenantSkewMs;
	}

	protected override askBack(holder: string, n: number): Promise<readonly SliceReport[] | null> {
		return this.#world.background(this.#world.askBack(holder, n));
	}

	protected override tellAcks(holder: string, acks: readonly SliceAck[]): Promise<void> {
		return this.#world.background(this.#world.tellAcks(holder, acks));
	}

	protected override async record(): Promise<void> {}
}
