/*
 * G14 Asks for a recursive table that never ends
 * wall: verbs
 * ends: returns ["sql_limit_exceeded","sql_limit_exceeded",3]
 * limits: { "cpuMs": 5000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const codes = [];
	for (const sql of [
		"with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c",
		"select count(*) from orders a, orders b, orders c, orders d, orders e, orders f, orders g, orders h, orders i, orders j, orders k, orders l, orders m, orders n, orders o, orders p, orders q, orders r",
	])
		codes.push(await env.sales.query(sql).then(() => "answered", (error) => error.code));
	const [row] = await env.sales.query("select count(*) as n from orders");
	return [...codes, row.n];
};
