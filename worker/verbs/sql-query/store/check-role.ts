import { z } from "zod";

/**
 * Roles of PostgreSQL's own that reach beyond reading tables: files and programs of the server, other sessions, all tables.
 * Functions that only they may call (pg_read_file, lo_export, COPY TO PROGRAM) are no threat from a role that has none of them.
 */
const STRONG = [
	...["pg_read_server_files", "pg_write_server_files", "pg_execute_server_program", "pg_write_all_data", "pg_signal_backend"],
	...["pg_checkpoint", "pg_maintain", "pg_create_subscription", "pg_use_reserved_connections", "pg_database_owner"],
];

/** Gives what the login's role is or may become that no reader needs to be. It also takes the transaction's snapshot, after which it cannot be made one that writes. */
export const ROLE_QUERY = `select coalesce(string_agg(what, ', '), '') from (
	select distinct case
		when r.rolsuper then 'a superuser'
		when r.rolcreaterole then 'one that makes roles'
		when r.rolreplication then 'one that replicates'
		when r.rolbypassrls then 'one that passes row security'
		else r.rolname::text end as what
	from pg_catalog.pg_roles r
	where pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
	and (r.rolsuper or r.rolcreaterole or r.rolreplication or r.rolbypassrls or r.rolname in (${STRONG.map((name) => `'${name}'`).join(", ")}))
) found`;

const Found = z.tuple([z.tuple([z.string()])]);

/** What ROLE_QUERY found, in words; null: nothing. @throws ZodError for an answer that is none: a bug */
export const strongRole = (rows: readonly unknown[]): string | null => {
	const [[found]] = Found.parse(rows);
	return found === "" ? null : found;
};
