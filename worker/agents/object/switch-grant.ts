import type { GrantSwitch } from "../../../contract/agents.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import { type CallInFlight, callsInFlight } from "./calls-in-flight.ts";
import { changeAgent, currentAgent } from "./configure.ts";
import type { ObjectState } from "./object-state.ts";

/** What a grant's switch did. `calls` had begun before: they are to stop. */
export type SwitchedGrant =
	| { readonly kind: "switched"; readonly answer: GrantSwitch; readonly calls: readonly CallInFlight[] }
	| RefusedAnswer;

/**
 * Switches a grant off or on. After this step none of its calls begins while it is off: new ones, those that a person has approved or approves, and those
 * that a crash left open. A repeat changes nothing and tells anew which calls are in flight.
 */
export const switchGrant = (state: ObjectState, name: string, isOn: boolean, nowMs: number): SwitchedGrant => {
	const configuration = state.facts.configuration();
	const granted = configuration === null ? null : state.facts.policy(configuration.policyVersion).policy.grants;
	if (configuration === null || granted === null || !Object.hasOwn(granted, name))
		return refuse("not_found", "Switching a grant: the agent's policy has none of that name");
	const { disabledGrants } = configuration;
	const isOff = disabledGrants.includes(name);
	const next = isOn ? disabledGrants.filter((grant) => grant !== name) : isOff ? disabledGrants : [...disabledGrants, name].sort();
	const calls = isOn ? [] : callsInFlight(state, name);
	// What its calls have started ends with them.
	for (const { id } of calls) if (state.kin.isOpen(id)) state.kin.wantEnd({ callId: id }, nowMs);
	const isChanged = next.length !== disabledGrants.length;
	const agent = isChanged ? changeAgent(state, { disabledGrants: next }, nowMs) : currentAgent(state);
	if (agent === null) return refuse("not_found", "Switching a grant: there is no such agent");
	if (isChanged && !isOn)
		state.events.add({ type: "grant.disabled", agent: agent.id, run: null, data: { grant: name, callsInFlight: calls.length } }, nowMs);
	return { kind: "switched", answer: { agent, disabledGrants: next, callsInFlight: calls.map(({ id }) => id) }, calls };
};
