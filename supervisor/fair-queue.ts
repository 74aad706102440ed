/** What one tenant has waiting, oldest first. */
interface Lane<Entry> {
	readonly urgent: Entry[];
	readonly usual: Entry[];
}

/**
 * A queue that is fair between tenants: tenants take turns, each tenant's own entries come in order. A tenant that has just been served goes to
 * the end of the turn, so a thousand waiting runs of one delay the first of another by one. Urgent entries go before the others of their own
 * tenant and change nobody else's turn. Pure; the bounds are the caller's.
 */
export class FairQueue<Entry> {
	/** Insertion order is the order of turns. */
	readonly #byTenant = new Map<string, Lane<Entry>>();
	#size = 0;

	get size(): number {
		return this.#size;
	}

	/** Tenants that wait, in the order of their turns. */
	tenants(): readonly string[] {
		return [...this.#byTenant.keys()];
	}

	/** How many entries of the tenant wait. */
	sizeOf(tenantId: string): number {
		const lane = this.#byTenant.get(tenantId);
		return lane === undefined ? 0 : lane.urgent.length + lane.usual.length;
	}

	push(tenantId: string, entry: Entry, urgency: keyof Lane<Entry> = "usual"): void {
		const lane = this.#byTenant.get(tenantId) ?? { urgent: [], usual: [] };
		lane[urgency].push(entry);
		this.#byTenant.set(tenantId, lane);
		this.#size += 1;
	}

	/** The tenant's next entry, left where it is: the oldest urgent one, else the oldest. */
	peek(tenantId: string): Entry | undefined {
		const lane = this.#byTenant.get(tenantId);
		return lane?.urgent[0] ?? lane?.usual[0];
	}

	/** Takes the tenant's next entry; the tenant's next turn comes after everybody else's. */
	take(tenantId: string): Entry | undefined {
		const lane = this.#byTenant.get(tenantId);
		const entry = lane?.urgent.shift() ?? lane?.usual.shift();
		if (lane === undefined || entry === undefined) return undefined;
		this.#size -= 1;
		this.#byTenant.delete(tenantId);
		if (lane.urgent.length + lane.usual.length > 0) this.#byTenant.set(tenantId, lane);
		return entry;
	}

	/** Takes an entry out of turn; false when it is not there. The tenant keeps its turn. */
	remove(tenantId: string, entry: Entry): boolean {
		const lane = this.#byTenant.get(tenantId);
		const entries = lane?.urgent.includes(entry) ? lane.urgent : lane?.usual;
		const index = entries?.indexOf(entry) ?? -1;
		if (entries === undefined || index < 0) return false;
		entries.splice(index, 1);
		this.#size -= 1;
		if (this.sizeOf(tenantId) === 0) this.#byTenant.delete(tenantId);
		return true;
	}

	/** Takes everything. */
	drain(): readonly Entry[] {
		const entries = [...this.#byTenant.values()].flatMap((lane) => [...lane.urgent, ...lane.usual]);
		this.#byTenant.clear();
		this.#size = 0;
		return entries;
	}
}
