/** Bytes both ways, as `connect()` of Workers gives them. */
export interface ByteSocket {
	readonly readable: ReadableStream<Uint8Array>;
	readonly writable: WritableStream<Uint8Array>;
	close(): Promise<void>;
}

/** A PostgreSQL server through a binding. The password opens it: it goes into the connection and nowhere else. */
export interface PostgresAccess {
	readonly kind: "postgres";
	readonly user: string;
	readonly password: string;
	readonly database: string;
	/** A new connection, not yet authenticated, without TLS: the binding's far end has that. */
	connect(): ByteSocket;
}

/** A D1 database. Its SQL is the operator's alone: it has no authorizer and no limit of steps. */
export interface D1Access {
	readonly kind: "d1";
	/** @throws Error when the database refuses the statement or the parameters */
	select(
		sql: string,
		params: readonly (string | number | boolean | Uint8Array | null)[],
	): Promise<{ columns: string[]; rows: unknown[][] }>;
}

/** A database that the operator attached, ready for one call. */
export type StoreAccess = PostgresAccess | D1Access;
