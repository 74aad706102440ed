import { decodeValue } from "../../contract/tagged-json.ts";
import type { BeginCallAnswer } from "../agents/object/begin-call.ts";
import { CATALOGUE } from "../verbs/catalogue.ts";
import type { Act, BoundGrant } from "../verbs/verb.ts";

/** A call whose intent is recorded: what the agent's object told of it, plain data. */
export type BegunCall = Extract<BeginCallAnswer, { kind: "act" }>;

/** Grants made ready, which costs more than a call where they hold schemas. A policy's version never changes. */
const KNOWN_GRANTS = 1_000;
const known = new Map<string, BoundGrant>();

const boundGrant = (begun: BegunCall): BoundGrant | null => {
	const found = known.get(begun.grantKey);
	if (found !== undefined) return found;
	const bound = CATALOGUE.get(begun.verb)?.bind(begun.grant) ?? null;
	const [oldest] = known.keys();
	if (known.size >= KNOWN_GRANTS && oldest !== undefined) known.delete(oldest);
	if (bound !== null) known.set(begun.grantKey, bound);
	return bound;
};

/** The act of a recorded call, with the stored arguments and the descriptions that it was decided with; null is a bug. */
export const prepareAgain = (begun: BegunCall): Act | null => {
	const args = decodeValue(begun.args);
	const bound = boundGrant(begun);
	const preparation =
		args.kind === "decoded" && Array.isArray(args.value) ? bound?.prepare(begun.method, args.value, new Map(begun.resources)) : undefined;
	return preparation?.kind === "prepared" ? preparation.call.act : null;
};
