/*
 * X28 Looks for the host's own tables with SQL
 * wall: nouns
 * ends: returns []
 * limits: { "wallMs": 25000, "cpuMs": 2000 }
 */
export default async (input, env) => {
	const statements = ["SELECT * FROM secrets", "SELECT * FROM keys", "SELECT * FROM tenants", "SELECT * FROM main.secrets", "SELECT * FROM sqlite_master", "SELECT * FROM sqlite_schema", "SELECT * FROM pragma_database_list", "PRAGMA database_list", "SELECT * FROM _cf_KV", "SELECT * FROM d1_migrations", "SELECT readfile('/etc/passwd')", "SELECT * FROM dbstat", "SELECT sqlite_version(), sqlite_source_id()", "ATTACH 'secrets' AS s", "VACUUM INTO '/tmp/x'", "SELECT * FROM orders, runs"];
	const got = [];
	for (const sql of statements) {
		try { const rows = await env.sales.query(sql); const text = JSON.stringify(rows); if (/secret|tenant|cordon|passwd|root:|\/|_cf_/i.test(text)) got.push(`ESCAPED ${sql} ${text.slice(0, 200)}`); } catch (error) { if (typeof error.code !== "string" || error.code === "internal") got.push(`${sql}: ${error.code} ${error.message}`); }
	}
	return got;
};
