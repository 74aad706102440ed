import { canonicalJson, sha256Hex } from "../../ledger/chain-call.ts";
import type { ObjectState } from "./object-state.ts";

/** Digest of a grant as a version of the policy has it: what is approved of one grant is not approved of another that has its name. */
export const grantDigest = (state: ObjectState, policyVersion: number, grant: string): string =>
	`sha256:${sha256Hex(canonicalJson(state.facts.policy(policyVersion).policy.grants[grant] ?? null))}`;
