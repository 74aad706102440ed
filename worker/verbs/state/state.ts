import { unknownMethod } from "../unknown-method.ts";
import type { Verb } from "../verb.ts";
import { stateDeclaration } from "./state-declaration.ts";
import { StateGrant, stateLabels, toStateScope } from "./state-grant.ts";
import { STATE_METHODS } from "./state-methods.ts";
import { beyondState } from "./beyond-state.ts";

const WRITING = ["put", "delete"];

/** The agent's small durable memory, shared by its runs; acts inside the agent's object. */
export const state: Verb = {
	name: "state",
	grantSchema: StateGrant,
	summary: "Keeps small values from run to run.",
	beyond: beyondState,
	bind: (data) => {
		const grant = StateGrant.parse(data);
		const scope = toStateScope(grant);
		const methods = [...STATE_METHODS.keys()].filter((method) => scope.mode === "write" || !WRITING.includes(method));
		return {
			methods,
			labels: stateLabels(grant),
			prepare: (method, args) => STATE_METHODS.get(method)?.(scope, args) ?? unknownMethod("state", method, methods),
			declaration: () => stateDeclaration(scope),
			lint: () => lintState(grant),
		};
	},
};

const lintState = (grant: StateGrant): readonly string[] => {
	const vouched = grant.vouched ?? [];
	if (vouched.length === 0) return [];
	return [
		`state: you vouch that nothing ${vouched.join(" or ")} is ever kept here; a run that writes it all the same launders it for the next`,
	];
};
