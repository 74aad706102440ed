import assert from "node:assert/strict";
import { Policy } from "../../../contract/agents.ts";
import { bindPolicy, type PolicyGrant } from "../../../worker/policy/bind-policy.ts";

/** A grant as a policy binds it. */
export const grantOf = (grant: object, name = "it"): PolicyGrant => {
	const bound = bindPolicy(Policy.parse({ grants: { [name]: grant } })).grants.get(name);
	assert(bound !== undefined);
	return bound;
};
