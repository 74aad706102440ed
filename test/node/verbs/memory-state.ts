import { LIMITS } from "../../../contract/limits.ts";
import type { AgentState, StateEntry } from "../../../worker/verbs/verb.ts";

/** An agent's small durable memory, in memory; keys in the order of their UTF-8 bytes. */
export class MemoryState implements AgentState {
	readonly #entries = new Map<string, StateEntry>();
	#version = 0;

	read(key: string): StateEntry | null {
		const entry = this.#entries.get(key);
		return entry === undefined || (entry.expiresAtMs !== null && entry.expiresAtMs <= Date.now()) ? null : entry;
	}

	write(key: string, value: string, expiresAtMs: number | null): { kind: "written"; version: number } | { kind: "quota" } {
		if (!this.#entries.has(key) && this.#entries.size >= LIMITS.stateEntries) return { kind: "quota" };
		this.#version += 1;
		this.#entries.set(key, { value, version: this.#version, expiresAtMs });
		return { kind: "written", version: this.#version };
	}

	delete(key: string): boolean {
		const was = this.read(key) !== null;
		this.#entries.delete(key);
		return was;
	}

	list(prefix: string, after: string, most: number): { key: string; entry: StateEntry }[] {
		return [...this.#entries]
			.flatMap(([key]) => {
				const entry = this.read(key);
				return entry === null ? [] : [{ key, entry }];
			})
			.filter(({ key }) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
			.sort((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)))
			.slice(0, most);
	}
}
