import type { Approval } from "../../../contract/approvals.ts";
import { canonicalJson, sha256Hex } from "../../ledger/chain-call.ts";

/** What a person looks at, and decides on. */
export type Decided = Pick<Approval, "run" | "grant" | "method" | "args" | "policyVersion" | "programDigest">;

/**
 * The digest that a decision names: `sha256:` and the SHA-256, in hex, of the canonical JSON of exactly these six fields as they are shown. Whoever shows
 * an approval can make it from what it shows.
 */
export const approvalDigest = ({ run, grant, method, args, policyVersion, programDigest }: Decided): string =>
	`sha256:${sha256Hex(canonicalJson({ run, grant, method, args, policyVersion, programDigest }))}`;
