import postgres from "postgres";
import { z } from "zod";
import type { PostgresAccess } from "../../store-access.ts";
import { type Backend, cancelStatement } from "./cancel-statement.ts";
import { PostgresSocket } from "./postgres-socket.ts";

/** All parameters as texts: what they are is the server's to say, of the statement. The library's own guesses turn a wrong text into another value. */
const AS_TEXT = { to: 25, from: [16, 17, 20, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 3802], serialize: String, parse: String };

export interface RawRows {
	readonly columns: readonly { readonly name: string; readonly type: number }[];
	/** In PostgreSQL's text format; null is NULL. */
	readonly rows: readonly (readonly (Uint8Array | null)[])[];
}

/** One connection to a server, for one call. */
export interface PostgresSession {
	/** Statements of the host's own, one or many. Gives the rows of the last. */
	command(sql: string): Promise<readonly unknown[]>;
	/** One statement in the extended protocol, which takes no second one behind it. */
	statement(sql: string, params: readonly (string | null)[]): Promise<RawRows>;
	/** Whether it was closed since the server sent more than `mostBytes`. */
	overran(): boolean;
	end(): Promise<void>;
}

export interface SessionBounds {
	/** Most bytes that the server may send. */
	readonly mostBytes: number;
	/** Cancels what runs on the server and closes the connection. */
	readonly signal: AbortSignal;
}

/** A connection that opens when it is first used, and once: the library's second try finds nothing. */
export const openSession = (access: PostgresAccess, { mostBytes, signal }: SessionBounds): PostgresSession => {
	let socket: PostgresSocket | null = null;
	let backend: Backend | null = null;
	const open = async (): Promise<PostgresSocket> => {
		if (socket !== null) throw new Error("Connecting to a store: the connection was lost");
		socket = new PostgresSocket(access.connect(), mostBytes);
		return socket;
	};
	const options = {
		...{ host: "store", port: 5432, user: access.user, pass: access.password, database: access.database, ssl: false, socket: open },
		...{ max: 1, prepare: false, fetch_types: false, connect_timeout: 0, idle_timeout: 0, max_lifetime: null, keep_alive: null },
		...{ types: { text: AS_TEXT }, connection: { application_name: "cordon" }, onnotice: () => {} },
	};
	const client = postgres(options);

	let aborted: Promise<void> | null = null;
	const abort = async (): Promise<void> => {
		if (backend !== null) await cancelStatement(access, backend);
		socket?.destroy("the call's time is over");
	};
	const onAbort = (): void => {
		aborted ??= abort();
	};
	signal.addEventListener("abort", onAbort);

	return {
		command: async (sql) => {
			signal.throwIfAborted();
			const results = await client.unsafe(sql).values();
			const last = lastResult(results);
			backend = last.state;
			return last.rows;
		},
		statement: async (sql, params) => {
			signal.throwIfAborted();
			const extended = { prepare: false, simple: false };
			const result = await client.unsafe(sql, [...params], extended).raw();
			return { columns: (result.columns ?? []).map(({ name, type }) => ({ name: String(name), type })), rows: [...result] };
		},
		overran: () => socket?.overran ?? false,
		end: async () => {
			signal.removeEventListener("abort", onAbort);
			if (aborted !== null) await aborted;
			else if (socket?.readyState === "open") await client.end({ timeout: 1 }).catch(() => {});
			socket?.destroy();
		},
	};
};

const State = z.looseObject({ pid: z.number(), secret: z.number() });

/** Many statements give an array of results, one gives its result: an array of rows that also says which server process made it. */
const lastResult = (results: readonly unknown[]): { rows: readonly unknown[]; state: Backend | null } => {
	const last: unknown = results.at(-1);
	const result: unknown = Array.isArray(last) && "state" in last ? last : results;
	const state = State.safeParse(typeof result === "object" && result !== null && "state" in result ? result.state : null);
	return { rows: Array.isArray(result) ? [...result] : [], state: state.success ? state.data : null };
};
