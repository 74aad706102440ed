import type { TenantEvent, ToldEvent } from "../../../contract/events.ts";
import type { Wanting } from "../../../worker/endpoints/tell-endpoints.ts";
import type { Endpoints } from "../../../worker/agents/object/tell-events.ts";
import { fail } from "../../unit/budget-invariants/agent-rules.ts";

/** What becomes of a telling: `unheard`: nobody is reached. `refused`: one endpoint does not take it. `unanswered`: it does, and says nothing. */
export type TellingFate = "taken" | "unheard" | "refused" | "unanswered";

/** The tenant's endpoints, as an agent's object tells them of events: one that takes whatever reaches it, and one that may not. */
export class SimEndpoints implements Endpoints {
	readonly heard = new Map<string, string>();
	readonly #heardByOther = new Map<string, string>();
	readonly #events = new Map<string, ToldEvent["event"]>();
	/** Asked before each telling; what it does happens while it is under way. */
	fate: () => Promise<TellingFate> = async () => "taken";

	async wanting(events: readonly TenantEvent[]): Promise<Wanting[]> {
		if ((await this.fate()) === "unheard") throw new Error("the endpoints were not reached");
		const eventIds = events.map(({ id }) => id);
		return ["one", "other"].map((endpointId) => ({ endpointId, eventIds }));
	}

	async tell(endpointId: string, told: readonly ToldEvent[]): Promise<boolean> {
		const fate = await this.fate();
		if (fate === "unheard") return false;
		if (endpointId === "one") {
			note(this.heard, told);
			for (const { event } of told) this.#events.set(event.id, event);
			return true;
		}
		if (fate !== "refused") note(this.#heardByOther, told);
		return fate === "taken";
	}

	/** When everything is over: what one has heard of, the other has. */
	expectBoth(): void {
		const missed = [...this.heard].filter(([id, text]) => this.#heardByOther.get(id) !== text);
		if (missed.length > 0 || this.#heardByOther.size !== this.heard.size)
			fail(`events: ${missed.length} of ${this.heard.size} were not told to one of the endpoints`);
	}

	/** The types of what was told of a run. */
	typesOf(runId: string): string[] {
		return [...this.#events.values()].flatMap(({ run, type }) => (run === runId ? [type] : []));
	}
}

const note = (heard: Map<string, string>, told: readonly ToldEvent[]): void => {
	for (const { event, result, hops } of told) {
		const text = JSON.stringify([event, result, hops]);
		const before = heard.get(event.id);
		if (before !== undefined && before !== text) fail(`event ${event.id}: endpoints were told ${before}, and now ${text}`);
		heard.set(event.id, text);
	}
};
