/*
 * G19 Matches patterns that take the square and the cube of their text
 * wall: verbs
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const TEXT = "hex(zeroblob(100000))";
const SQL = [
	`select ${TEXT} like '%0%0%0%0%0%0%0%0%0%0%0%0%0%0%1'`,
	`select ${TEXT} glob '*0*0*0*0*0*0*0*0*0*0*0*0*0*0*1'`,
	`select 'x' regexp '^(a+)+$'`,
	`select ${TEXT} like replace('%0', '0', hex(zeroblob(20000)))`,
	`select count(*) from orders a, orders b, orders c where ${TEXT} like '%' || a.customer || '%' || b.customer || '%0%1'`,
	`select instr(${TEXT}, hex(zeroblob(50000)) || '1')`,
];
export default async (input, env) => {
	const odd = [];
	const ask = async (sql) => {
		const code = await env.sales.query(sql).then(
			() => "answered",
			(error) => error.code,
		);
		if (!["answered", "sql_limit_exceeded", "sql_denied", "invalid_arguments"].includes(code)) odd.push(`${code} ${sql}`);
	};
	await Promise.all(SQL.map(ask));
	return odd;
};
