import { z } from "zod";

const COUNTED = 1_000;
const OWN = "n.nspname in ('pg_catalog', 'information_schema') or n.nspname like 'pg\\_%'";

/** What the role may change, and what may act for it beyond its own rights; each counted up to COUNTED. Asked once, when a store is attached. */
export const RIGHTS_QUERY = `select
	(select count(*) from (select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p', 'v', 'm', 'f') and not (${OWN})
		and pg_catalog.has_table_privilege(session_user, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') limit ${COUNTED}) t)::text,
	(select count(*) from (select 1 from pg_catalog.pg_namespace n
		where not (${OWN}) and pg_catalog.has_schema_privilege(session_user, n.oid, 'CREATE') limit ${COUNTED}) s)::text,
	(select count(*) from (select 1 from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
		where p.prosecdef and not (${OWN}) and pg_catalog.has_function_privilege(session_user, p.oid, 'EXECUTE') limit ${COUNTED}) f)::text,
	(select count(*) from pg_catalog.pg_extension e where e.extname in ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack', 'plpython3u', 'plperlu'))::text`;

const Rights = z.tuple([z.tuple([z.string(), z.string(), z.string(), z.string()])]);

export interface RoleRights {
	readonly tables: number;
	readonly schemas: number;
	/** Functions that run with their owners' rights. */
	readonly functions: number;
	/** Extensions that reach files, programs or other servers. */
	readonly extensions: number;
}

/** @throws ZodError for an answer that is none: a bug */
export const readRights = (rows: readonly unknown[]): RoleRights => {
	const [[tables, schemas, functions, extensions]] = Rights.parse(rows);
	return { tables: Number(tables), schemas: Number(schemas), functions: Number(functions), extensions: Number(extensions) };
};

/** Why the role is no reader; null when it is one. */
export const writesOf = ({ tables }: RoleRights): string | null =>
	tables === 0 ? null : `a role that may write ${tables} tables or views`;

/** What the operator should look at, though each statement runs in a transaction that cannot write. */
export const rightsWarnings = ({ schemas, functions, extensions }: RoleRights): string[] => [
	...(schemas === 0 ? [] : [`the role may make objects in ${schemas} schemas: revoke CREATE`]),
	...(functions === 0
		? []
		: [
				`the role may call ${functions} functions that run with their owners' rights (SECURITY DEFINER): revoke EXECUTE where they do more than read`,
			]),
	...(extensions === 0
		? []
		: [`${extensions} extensions that reach files, programs or other servers are installed: revoke EXECUTE on their functions`]),
];
