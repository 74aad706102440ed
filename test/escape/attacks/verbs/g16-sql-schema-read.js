/*
 * G16 Reads the schema for tables and text that are not the grant's
 * wall: tenancy
 * ends: contained
 */
const SQL = [
	"select name, sql from sqlite_master",
	"select * from sqlite_schema",
	"select * from sqlite_temp_master",
	"select * from main.sqlite_sequence",
	"pragma table_list",
	"pragma database_list",
	"select sqlite_version(), sqlite_source_id()",
	"select * from pragma_function_list",
	"select sqlite_compileoption_get(1)",
	"explain query plan select * from orders",
];
export default async (input, env) => {
	const said = [];
	for (const sql of SQL) {
		const text = await env.sales.query(sql).then(
			(answer) => JSON.stringify(answer),
			(error) => error.code,
		);
		if (/\/|tenant|blob|journal/.test(text) && !/orders/.test(text)) said.push(`ESCAPED ${text}`);
		else said.push(text.slice(0, 80));
	}
	return said;
};
