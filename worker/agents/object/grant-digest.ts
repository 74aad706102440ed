import { canonicalJson, sha256Hex } from "../../ledger/chain-call.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/**
 * Digest of a grant as a run has it: what is approved of one grant is not approved of another that has its name, nor of a run that other agents have started:
 * by its calls they do what a person would be asked about if they did it themselves.
 */
export const grantDigest = (state: ObjectState, { state: run }: RunRow, grant: string): string => {
	const own = state.facts.configuration()?.agentId;
	const others = [...new Set(run.parent?.ancestors)].filter((agentId) => agentId !== own).sort();
	const what = state.facts.policy(run.policyVersion).policy.grants[grant] ?? null;
	return `sha256:${sha256Hex(canonicalJson(others.length === 0 ? what : { for: others, grant: what }))}`;
};
