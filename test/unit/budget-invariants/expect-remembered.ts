import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { canonicalJson } from "../../../worker/ledger/chain-call.ts";
import { fail } from "./agent-rules.ts";
import type { SeenAgent } from "./look.ts";

/** What an object has in memory is what its storage has. */
export const expectRemembered = ({ facts }: ObjectState, seen: SeenAgent, nowMs: number): void => {
	const known = [
		["budget", () => facts.budget(nowMs), seen.budget],
		["slices", () => facts.slices("slices"), seen.slices.money],
		["slices-now", () => facts.slices("slices-now"), seen.slices.live],
		...seen.grants.map(({ name, budget }) => [`grant-budget:${name}`, () => facts.grantBudget(name, nowMs), budget] as const),
	] as const;
	for (const [name, remembered, stored] of known) {
		if (!seen.written.includes(name)) continue;
		const [one, other] = [canonicalJson(remembered()), canonicalJson(stored)];
		if (one !== other) fail(`${seen.agentId}: ${name}: memory has ${one}, storage ${other}`);
	}
};
