import { D1Binding, HyperdriveBinding } from "../../contract/stores.ts";
import type { D1Access, PostgresAccess, StoreAccess } from "../verbs/store-access.ts";

/**
 * The database behind a binding of the deployment; null when there is none of the name and kind. Names outside the two prefixes open nothing, so that
 * no description can reach the platform's own bindings.
 */
export const openStore = (env: object, binding: string): StoreAccess | null => {
	const bound: unknown = new Map<string, unknown>(Object.entries(env)).get(binding);
	if (HyperdriveBinding.safeParse(binding).success && isHyperdrive(bound)) return postgresAccess(bound);
	if (D1Binding.safeParse(binding).success && isDatabase(bound)) return d1Access(bound);
	return null;
};

const isHyperdrive = (bound: unknown): bound is Hyperdrive =>
	typeof bound === "object" && bound !== null && "connect" in bound && "password" in bound && "database" in bound;

const isDatabase = (bound: unknown): bound is D1Database =>
	typeof bound === "object" && bound !== null && "prepare" in bound && "batch" in bound;

const postgresAccess = (hyperdrive: Hyperdrive): PostgresAccess => ({
	kind: "postgres",
	user: hyperdrive.user,
	password: hyperdrive.password,
	database: hyperdrive.database,
	connect: () => hyperdrive.connect(),
});

const d1Access = (database: D1Database): D1Access => ({
	kind: "d1",
	select: async (sql, params) => {
		const [columns, ...rows] = await database
			.prepare(sql)
			.bind(...params.map((value) => (value instanceof Uint8Array ? new Uint8Array(value).buffer : value)))
			.raw({ columnNames: true });
		return { columns: columns ?? [], rows };
	},
});
