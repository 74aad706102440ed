/*
 * G15 Makes values of a thousand million bytes out of a few words
 * wall: verbs
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const SQL = [
	"select randomblob(1000000000)",
	"select zeroblob(1000000000)",
	"select length(zeroblob(2147483647))",
	"select printf('%1000000000d', 1)",
	"select format('%.*c', 1000000000, 'x')",
	"select replace(hex(zeroblob(100000)), '0', hex(zeroblob(100000)))",
	"with recursive c(x, s) as (select 1, 'x' union all select x + 1, s || s from c where x < 40) select length(s) from c",
	"select group_concat(a.customer || hex(zeroblob(1000000)), '') from orders a, orders b, orders c, orders d, orders e",
	"select json_group_array(hex(zeroblob(500000))) from orders a, orders b, orders c, orders d",
	"select quote(zeroblob(900000000))",
	"select json_extract('[' || replace(hex(zeroblob(100000)), '0', '[') || ']', '$')",
	"select hex(hex(hex(hex(hex(hex(zeroblob(1000000)))))))",
];
export default async (input, env) => {
	const got = [];
	for (const sql of SQL) {
		const code = await env.sales.query(sql).then(
			(answer) => `answered ${JSON.stringify(answer).length}`,
			(error) => error.code,
		);
		const isRefused = ["sql_limit_exceeded", "sql_denied", "invalid_arguments", "response_too_large"].includes(code);
		if (!isRefused && !/^answered \d{1,7}$/.test(code)) got.push(`${code} ${sql}`);
	}
	return got;
};
