import type { NamedQuery } from "../../../../contract/named-queries.ts";
import { StoreDescription } from "../../../../contract/stores.ts";
import type { Resources } from "../../verb.ts";
import type { StoreGrant } from "./store-grant.ts";

/** What a grant may do on its store, or why it may do nothing. `queries` of a grant in mode `named`, by name, without those that the store lacks. */
export type GrantedStore =
	| { kind: "granted"; store: StoreDescription; queries: ReadonlyMap<string, NamedQuery> }
	| { kind: "missing"; message: string };

export const grantedStore = (grant: StoreGrant, resources: Resources): GrantedStore => {
	const missing = (message: string): GrantedStore => ({ kind: "missing", message: `Querying the store ${grant.store}: ${message}` });
	const described = StoreDescription.safeParse(resources.get(`store/${grant.store}`));
	if (!described.success) return missing("the tenant has none of this name, wanted one that the platform's operator attached");
	const store = described.data;
	if (store.kind === "d1" && !(grant.mode === "named" && Array.isArray(grant.queries)))
		return missing("it is a D1 database, wanted the mode named with names of the store's queries: there is no other SQL on it");
	if (!Array.isArray(grant.queries)) return { kind: "granted", store, queries: new Map(Object.entries(grant.queries ?? {})) };
	const theirs = new Map(Object.entries(store.queries));
	const queries = new Map<string, NamedQuery>();
	for (const name of grant.queries) {
		const query = theirs.get(name);
		if (query !== undefined) queries.set(name, query);
	}
	return { kind: "granted", store, queries };
};

/** The method's part of a store's description: of large ones with many queries, one is carried to the host. */
export const neededOfStore = (grant: StoreGrant, method: string, resources: Resources): Resources => {
	const key = `store/${grant.store}`;
	const described = StoreDescription.safeParse(resources.get(key));
	if (!described.success) return resources;
	const queries = Object.fromEntries(Object.entries(described.data.queries).filter(([name]) => name === method));
	return new Map([[key, { ...described.data, queries }]]);
};
