/*
 * G16 Hides a second statement behind comments, quotes, NUL, line ends and semicolons
 * wall: verbs
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const SECOND = "delete from orders";
const SQL = [
	`select 1; ${SECOND}`,
	`select 1;${SECOND};`,
	`select 1 -- x\n; ${SECOND}`,
	`select 1 /* */ ; /* */ ${SECOND}`,
	`select ';' ; ${SECOND}`,
	`select 1;\0${SECOND}`,
	`select 1\0; ${SECOND}`,
	`; ${SECOND}`,
	`;;;${SECOND}`,
	`explain ${SECOND}; ${SECOND}`,
	`/* select */ ${SECOND}`,
	`--\n${SECOND}`,
	`\ufeff${SECOND}`,
	`(${SECOND})`,
	`select (${SECOND})`,
	`select * from (${SECOND} returning *)`,
];
export default async (input, env) => {
	const done = [];
	const ask = async (sql) => {
		const code = await env.sales.query(sql).then(
			() => "answered",
			(error) => error.code,
		);
		if (!["sql_denied", "invalid_arguments", "answered"].includes(code)) done.push(`${code} ${sql}`);
	};
	await Promise.all(SQL.map(ask));
	const [row] = await env.sales.query("select count(*) as n from orders");
	if ((row.n) !== 3) done.push("ESCAPED: the rows are gone");
	return done;
};
