/*
 * G15 Nests, repeats and reads JSON in SQL until the parser or the tree-walker gives up
 * wall: verbs
 * ends: contained
 * limits: { "cpuMs": 5000, "wallMs": 25000 }
 */
const SQL = [
	"select json_valid(replace(hex(zeroblob(50000)), '0', '['))",
	"select count(*) from json_tree(replace(hex(zeroblob(400)), '00', '[') || '1' || replace(hex(zeroblob(400)), '00', ']'))",
	"select count(*) from json_each('[' || replace(hex(zeroblob(300000)), '00', '1,') || '1]') a, json_each('[1,2,3,4,5,6,7,8,9]') b, json_each('[1,2,3,4,5,6,7,8,9]') c",
	"select json_set('{}', '$' || replace(hex(zeroblob(2000)), '00', '.a'), 1)",
	"select json_patch('{}', json_object('__proto__', 1))",
	"select value from json_each('{\"__proto__\": 1, \"constructor\": 2}')",
	"select * from generate_series(1, 1e12)",
];
export default async (input, env) => {
	const odd = [];
	const ask = async (sql) => {
		const code = await env.sales.query(sql).then(
			() => "answered",
			(error) => error.code,
		);
		if (!["answered", "sql_limit_exceeded", "sql_denied", "invalid_arguments", "response_too_large"].includes(code)) odd.push(`${code} ${sql}`);
	};
	await Promise.all(SQL.map(ask));
	return odd.length === 0 ? "held" : `ESCAPED ${odd}`;
};
