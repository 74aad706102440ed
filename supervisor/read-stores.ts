import { D1Binding, HyperdriveBinding } from "../contract/stores.ts";

/** Databases that the deployment has, by the name of their binding. */
export interface Stores {
	/** Connection strings, with their passwords. */
	readonly hyperdrives: Readonly<Record<string, string>>;
	/** Ids of D1 databases, which lie in the data folder. */
	readonly d1Databases: Readonly<Record<string, string>>;
}

export const NO_STORES: Stores = { hyperdrives: {}, d1Databases: {} };

export const STORES_WANTED =
	'wanted JSON like { "HYPERDRIVE_WAREHOUSE": "postgres://user:password@host:5432/database", "D1_REPORTS": "d1:reports" }';

/** Reads CORDON_STORES; null when it is anything else. What is wrong with it is not said: it holds passwords. */
export const readStores = (text: string): Stores | null => {
	const entries = readEntries(text);
	if (entries === null) return null;
	const hyperdrives = entries.filter(([name, value]) => HyperdriveBinding.safeParse(name).success && isPostgresUrl(value));
	const databases = entries.filter(([name, value]) => D1Binding.safeParse(name).success && /^d1:[a-z0-9-]{1,64}$/.test(value));
	if (hyperdrives.length + databases.length !== entries.length) return null;
	return {
		hyperdrives: Object.fromEntries(hyperdrives),
		// Kept away from the registry, whose id is its binding's name.
		d1Databases: Object.fromEntries(databases.map(([name, value]) => [name, `store-${value.slice("d1:".length)}`])),
	};
};

const readEntries = (text: string): [string, string][] | null => {
	try {
		const parsed: unknown = JSON.parse(text);
		if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
		const entries = Object.entries(parsed).map(([name, value]): [string, string] => [name, typeof value === "string" ? value : ""]);
		return entries;
	} catch {
		return null;
	}
};

/** One host, with a user, a password and a database: what Hyperdrive asks for. */
const isPostgresUrl = (text: string): boolean => {
	const url = URL.parse(text);
	if (url === null || !["postgres:", "postgresql:"].includes(url.protocol)) return false;
	return [url.hostname, url.username, url.password, url.pathname.slice(1)].every((part) => part !== "");
};
