/*
 * X31 Sends guesses of the credential and compares what it is told
 * wall: secrets
 * ends: returns [1,["kept as it was"]]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const told = new Set();
	for (const guess of ["sealed-", "sealed-0", "sealed-00000000", "Bearer sealed-", "", "x"]) told.add(await env.web.fetch(`http://${input.upstream}/echo`, { headers: { authorization: guess } }).then(() => "ESCAPED", (e) => `${e.code} ${e.message}`));
	const kept = new Set();
	for (const guess of ["sealed-", "sealed-0", "sealed-00000000", "c2VhbGVk", "7365616c6564"]) {
		const { body } = await (await env.web.fetch(`http://${input.upstream}/echo`, { method: "POST", body: guess })).json();
		kept.add(body === guess ? "kept as it was" : `ESCAPED ${guess}`);
	}
	return [told.size, [...kept]];
};
