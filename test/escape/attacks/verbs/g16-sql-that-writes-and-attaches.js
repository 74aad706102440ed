/*
 * G16 Writes, attaches, loads, vacuums and sets pragmas through a grant that reads
 * wall: verbs
 * covers: G18
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const SQL = [
	"insert into orders values (9, 'Eve', 1)",
	"update orders set amount = 0",
	"delete from orders",
	"replace into orders values (1, 'x', 1)",
	"with x as (select 1) insert into orders select 9, 'Eve', 1 from x",
	"update orders set amount = 0 returning *",
	"create table t(a)",
	"create temp table t as select * from orders",
	"create virtual table t using fts5(a)",
	"create view v as select 1",
	"create trigger g after insert on orders begin select 1; end",
	"drop table orders",
	"alter table orders rename to x",
	"attach '/etc/passwd' as p",
	"attach ':memory:' as p",
	"attach 'file:/proc/self/environ?mode=ro' as p",
	"detach main",
	"vacuum",
	"vacuum into '/tmp/x'",
	"pragma journal_mode = delete",
	"pragma writable_schema = on",
	"pragma trusted_schema = on",
	"pragma temp_store_directory = '/tmp'",
	"pragma mmap_size = 1000000000",
	"select load_extension('/tmp/x')",
	"select readfile('/etc/passwd')",
	"select writefile('/tmp/x', 'y')",
	"select edit('x', 'sh')",
	"select fts3_tokenizer('simple')",
	"select * from pragma_database_list",
	"select * from sqlite_dbpage",
	"select * from dbstat",
	"select * from bytecode('select 1')",
	"select sqlite_log(1, 'ESC')",
	"begin",
	"begin exclusive",
	"commit",
	"savepoint a",
	"analyze",
];
export default async (input, env) => {
	const done = [];
	const ask = async (sql) => {
		const code = await env.sales.query(sql).then(
			(answer) => `answered ${JSON.stringify(answer).slice(0, 60)}`,
			(error) => error.code,
		);
		if (code !== "sql_denied" && code !== "invalid_arguments") done.push(`${code} ${sql}`);
	};
	await Promise.all(SQL.map(ask));
	const [row] = await env.sales.query("select sum(amount) as n from orders");
	if ((row.n) !== 245) done.push("ESCAPED: the rows have changed");
	return done;
};
