import { LIMITS } from "../../../contract/limits.ts";
import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { beyondNames } from "../beyond-names.ts";
import { StateGrant, toStateScope } from "./state-grant.ts";
import { readOnce } from "../read-once.ts";

const read = readOnce(StateGrant);

/** How a grant of state lets more happen than another one (Verb.beyond). Two prefixes are two memories, whatever their texts have in common. */
export const beyondState = (parent: unknown, child: unknown): string | null => beyondFields(read(parent), read(child), NARROWINGS);

const beyondMode = (parent: StateGrant, child: StateGrant): string | null =>
	toStateScope(parent).mode === "write" || toStateScope(child).mode === "read" ? null : "mode: found write, wanted read";

const NARROWINGS: Narrowings<StateGrant> = {
	fields: [
		["mode", beyondMode],
		["vouched", ({ vouched: theirs = [] }, { vouched: own = [] }) => beyondNames("vouched", theirs, own)],
	],
	limits: { count: LIMITS.stateEntries, totalBytes: LIMITS.stateTotalBytes, valueBytes: LIMITS.stateValueBytes },
};
