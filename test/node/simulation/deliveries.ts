import { newId } from "../../../contract/ids.ts";
import { callUp } from "../../../worker/agents/object/line-up.ts";
import { type ReceiveAnswer, type ReceiveCommand, receiveRun } from "../../../worker/agents/object/receive-run.ts";
import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { SimRun } from "./execution.ts";
import type { World } from "./world.ts";

interface Delivery {
	readonly keys: readonly string[];
	/** The run that the sender was told of; null: it has heard of none. */
	told: string | null;
}

/** Senders of webhooks: each sends what it was not answered to again, and some of what it was. */
export class Deliveries {
	readonly #world: World;
	readonly #triggerId: string;
	readonly #sent: Delivery[] = [];
	readonly #newRun: () => SimRun | null;

	/** @param newRun the run that a delivery is to start; null: the world has enough */
	constructor(world: World, newRun: () => SimRun | null) {
		this.#world = world;
		this.#triggerId = newId("trg", world.nowMs);
		this.#newRun = newRun;
	}

	send(): void {
		const { chance } = this.#world;
		const again = chance.isIn(0.5) ? chance.maybe(this.#sent) : undefined;
		this.#deliver(again ?? this.#next());
	}

	/** Whoever has heard of no run sends again, as senders do. @returns whether anybody had to */
	sendUnanswered(): boolean {
		const unanswered = this.#sent.filter(({ told }) => told === null);
		for (const delivery of unanswered) this.#deliver(delivery);
		return unanswered.length > 0;
	}

	#next(): Delivery {
		const name = `d${this.#sent.length}`;
		const delivery = { keys: [`id ${name}`, `body ${name}`], told: null };
		this.#sent.push(delivery);
		return delivery;
	}

	#deliver(delivery: Delivery): void {
		const world = this.#world;
		const run = this.#newRun();
		if (run === null) {
			if (delivery.told === null) this.#sent.splice(this.#sent.indexOf(delivery), 1);
			return;
		}
		// A sender may know it by another of its names the second time.
		const keys = world.chance.isIn(0.3) ? delivery.keys.slice(-1) : delivery.keys;
		const command: ReceiveCommand = { ...run.command, triggerId: this.#triggerId, deliveryId: "d", keys };
		const answer = world.step("receive", (state) => {
			const answered = receiveRun(state, command, world.nowMs);
			return { answered, next: callUp(state, world.nowMs) };
		});
		if (answer === null) return;
		world.queue.push(...answer.next);
		this.#take(delivery, run, answer.answered);
	}

	#take(delivery: Delivery, run: SimRun, answer: ReceiveAnswer): void {
		const world = this.#world;
		if (answer.kind === "refused") {
			if (delivery.told !== null) fail(`a delivery started run ${delivery.told}, and is refused when it comes again: ${answer.code}`);
			world.reach("a delivery was refused");
			return;
		}
		const id = answer.kind === "started" ? answer.run.id : answer.runId;
		if (answer.kind === "started") {
			run.isAdmitted = true;
			if (delivery.told !== null) fail(`a delivery started run ${delivery.told}, and again ${id}`);
		} else world.reach("a delivery came again and started nothing");
		if (delivery.told !== null && delivery.told !== id) fail(`a delivery was answered with run ${delivery.told}, and again with ${id}`);
		if (!world.chance.isIn(world.faults.answersLost)) delivery.told = id;
	}
}
