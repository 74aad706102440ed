/**
 * A queue that is fair between tenants: tenants take turns, each tenant's own entries come in order. A tenant that has just been served goes to
 * the end of the turn, so a thousand waiting runs of one delay the first of another by one. Pure; the bound is the caller's.
 */
export class FairQueue<Entry> {
	/** Insertion order is the order of turns. */
	readonly #byTenant = new Map<string, Entry[]>();
	#size = 0;

	get size(): number {
		return this.#size;
	}

	/** Tenants that wait, in the order of their turns. */
	tenants(): readonly string[] {
		return [...this.#byTenant.keys()];
	}

	push(tenantId: string, entry: Entry): void {
		const entries = this.#byTenant.get(tenantId);
		if (entries === undefined) this.#byTenant.set(tenantId, [entry]);
		else entries.push(entry);
		this.#size += 1;
	}

	/** The tenant's oldest entry, left where it is. */
	peek(tenantId: string): Entry | undefined {
		return this.#byTenant.get(tenantId)?.[0];
	}

	/** Takes the tenant's oldest entry; the tenant's next turn comes after everybody else's. */
	take(tenantId: string): Entry | undefined {
		const entries = this.#byTenant.get(tenantId);
		const entry = entries?.shift();
		if (entries === undefined || entry === undefined) return undefined;
		this.#size -= 1;
		this.#byTenant.delete(tenantId);
		if (entries.length > 0) this.#byTenant.set(tenantId, entries);
		return entry;
	}

	/** Takes an entry out of turn; false when it is not there. The tenant keeps its turn. */
	remove(tenantId: string, entry: Entry): boolean {
		const entries = this.#byTenant.get(tenantId);
		const index = entries?.indexOf(entry) ?? -1;
		if (entries === undefined || index < 0) return false;
		entries.splice(index, 1);
		this.#size -= 1;
		if (entries.length === 0) this.#byTenant.delete(tenantId);
		return true;
	}

	/** Takes everything. */
	drain(): readonly Entry[] {
		const entries = [...this.#byTenant.values()].flat();
		this.#byTenant.clear();
		this.#size = 0;
		return entries;
	}
}
