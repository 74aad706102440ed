import { LIMITS } from "../../../contract/limits.ts";
import type { StateScope } from "./state-grant.ts";

const READING = `	/** The value; null when there is none. */
	get(key: string): Promise<unknown>;
	/** The value with its version; null when there is none. */
	getEntry(key: string): Promise<{ value: unknown; version: number; expiresAtMs: number | null } | null>;
	/** Entries whose keys begin with the prefix, in the order of their UTF-8 bytes, those after a key. \`nextAfter\` is null on the last page. */
	list(options?: { prefix?: string; after?: string; limit?: number }): Promise<{
		entries: { key: string; value: unknown; version: number; expiresAtMs: number | null }[];
		nextAfter: string | null;
	}>;
`;

const WRITING = `	/**
	 * Creates or replaces an entry. \`ttlMs\`: its life, without end when left out. \`ifVersion\`: fails with \`conflict\` unless the entry has this version;
	 * null: unless there is none.
	 */
	put(key: string, value: unknown, options?: { ttlMs?: number; ifVersion?: number | null }): Promise<{ version: number }>;
	/** Deletes an entry; false when there was none. */
	delete(key: string, options?: { ifVersion?: number }): Promise<boolean>;
`;

/** The TypeScript type of `env.<name>` for a state grant. */
export const stateDeclaration = (scope: StateScope): string => `{
	/*
	 * Small values that stay from run to run, shared with other runs of this agent: change what others change too with \`ifVersion\`.
	 * A key has at most ${LIMITS.stateKeyBytes} bytes, an encoded value ${scope.valueBytes}, all together ${scope.totalBytes} in ${scope.count} entries.
	 */
${READING}${scope.mode === "write" ? WRITING : ""}}`;
