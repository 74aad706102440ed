import { LIMITS } from "../../../contract/limits.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import type { AgentState, StateEntry, VerbOutcome } from "../verb.ts";
import type { StateScope } from "./state-grant.ts";

const ENCODER = new TextEncoder();
const done = (value: unknown): VerbOutcome => ({ kind: "done", value, cost: {} });

/** @throws when the text is none that was encoded here: a bug. */
const decodeEntry = (entry: StateEntry): unknown => {
	const decoding = decodeValue(entry.value);
	if (decoding.kind === "refused") throw new Error(`Reading an entry of the state: ${decoding.why}`);
	return decoding.value;
};

export const readValue = (state: AgentState, scope: StateScope, key: string): VerbOutcome => {
	const entry = state.read(scope.space + key);
	return done(entry === null ? null : decodeEntry(entry));
};

export const readEntry = (state: AgentState, scope: StateScope, key: string): VerbOutcome => {
	const entry = state.read(scope.space + key);
	return done(entry === null ? null : { value: decodeEntry(entry), version: entry.version, expiresAtMs: entry.expiresAtMs });
};

/** What is to be written. `ifVersion`: the version that the entry must have; null: there must be none; left out: whatever is there. */
interface Writing {
	readonly key: string;
	/** Encoded. */
	readonly value: string;
	readonly ttlMs?: number | undefined;
	readonly ifVersion?: number | null | undefined;
}

/** Writes an entry within the grant's limits and the agent's own. Nothing is written when it is refused. */
export const putEntry = (state: AgentState, scope: StateScope, { key, value, ttlMs, ifVersion }: Writing): VerbOutcome => {
	const found = state.read(scope.space + key)?.version ?? null;
	if (ifVersion !== undefined && ifVersion !== found) return conflict("put", key, found, ifVersion);
	const short = limitFault(state, scope, key, value);
	if (short !== null) return short;
	const written = state.write(scope.space + key, value, ttlMs === undefined ? null : Date.now() + ttlMs);
	if (written.kind === "written") return done({ version: written.version });
	return full(`the agent's state is at its limit of ${LIMITS.stateEntries} entries and ${LIMITS.stateTotalBytes} bytes`);
};

export const deleteEntry = (state: AgentState, scope: StateScope, key: string, ifVersion: number | undefined): VerbOutcome => {
	const found = state.read(scope.space + key)?.version ?? null;
	if (ifVersion !== undefined && ifVersion !== found) return conflict("delete", key, found, ifVersion);
	return done(state.delete(scope.space + key));
};

/** A page ends at its limit of entries or, after the first, at its bytes. */
export const listEntries = (
	state: AgentState,
	{ space }: StateScope,
	{ prefix, after, limit }: { prefix: string; after: string | null; limit: number },
): VerbOutcome => {
	const found = state.list(space + prefix, after === null ? "" : space + after, limit + 1);
	const entries: { key: string; value: unknown; version: number; expiresAtMs: number | null }[] = [];
	let bytes = 0;
	for (const { key, entry } of found.slice(0, limit)) {
		bytes += entry.value.length;
		if (entries.length > 0 && bytes > LIMITS.statePageBytes) break;
		entries.push({ key: key.slice(space.length), value: decodeEntry(entry), version: entry.version, expiresAtMs: entry.expiresAtMs });
	}
	return done({ entries, nextAfter: entries.length < found.length ? (entries.at(-1)?.key ?? null) : null });
};

/** Why the grant's own limits do not let an entry be written, or null. What others keep under the same prefix counts. */
const limitFault = (state: AgentState, scope: StateScope, key: string, value: string): VerbOutcome | null => {
	if (scope.count >= LIMITS.stateEntries && scope.totalBytes >= LIMITS.stateTotalBytes) return null;
	const others = state.list(scope.space, "", LIMITS.stateEntries).filter((found) => found.key !== scope.space + key);
	if (others.length + 1 > scope.count) return full(`the grant's ${scope.count} entries are there already`);
	const own = sizeOf(key, value);
	const total = others.reduce((sum, found) => sum + sizeOf(found.key.slice(scope.space.length), found.entry.value), own);
	return total > scope.totalBytes ? full(`the entries would have ${total} bytes, wanted at most ${scope.totalBytes}`) : null;
};

const sizeOf = (key: string, value: string): number => ENCODER.encode(key).length + ENCODER.encode(value).length;

const full = (found: string): VerbOutcome => ({
	kind: "failed",
	code: "quota_exceeded",
	message: `put: ${found}`,
	hint: "Delete entries first, or give them a ttlMs.",
	cost: {},
});

/** An error and not a value: a program that does not look at what put() gives must not take a lost write for a done one. */
const conflict = (method: string, key: string, found: number | null, wanted: number | null): VerbOutcome => ({
	kind: "failed",
	code: "conflict",
	message: `${method}: ${JSON.stringify(key)}: found ${versionText(found)}, wanted ${versionText(wanted)}`,
	hint: "Read the entry again with getEntry(key) and decide on what it is now.",
	cost: {},
});

const versionText = (version: number | null): string => (version === null ? "no entry" : `version ${version}`);
