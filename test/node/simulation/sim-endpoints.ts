import type { ToldEvent } from "../../../contract/events.ts";
import { fail } from "../../unit/budget-invariants/agent-rules.ts";

/** What becomes of a telling: `unheard`: no endpoint hears it. `unanswered`: they do, and say nothing. */
export type TellingFate = "taken" | "unheard" | "unanswered";

/** The tenant's endpoints, as an agent's object tells them of events. */
export class SimEndpoints {
	readonly heard = new Map<string, string>();
	/** Asked before each telling; what it does happens while it is under way. */
	fate: () => Promise<TellingFate> = async () => "taken";

	async take(told: readonly ToldEvent[]): Promise<void> {
		const fate = await this.fate();
		if (fate === "unheard") throw new Error("the endpoints were not reached");
		for (const { event, result, hops } of told) {
			const text = JSON.stringify([event, result, hops]);
			const before = this.heard.get(event.id);
			if (before !== undefined && before !== text) fail(`event ${event.id}: endpoints were told ${before}, and now ${text}`);
			this.heard.set(event.id, text);
		}
		if (fate === "unanswered") throw new Error("the endpoints' answer was lost");
	}

	/** The types of what was told of a run. */
	typesOf(runId: string): string[] {
		return [...this.heard.values()].flatMap((text) => {
			const [event] = JSON.parse(text);
			return event.run === runId ? [event.type] : [];
		});
	}
}
