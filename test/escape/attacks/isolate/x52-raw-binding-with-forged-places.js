/*
 * X52 Calls the gate by the raw binding with places and choices that no harness would say
 * wall: ledger
 * ends: contained
 */
const PLACES =
	"|1|0 0 |-1 0 |1e9 0 |9007199254740993 0 |NaN 0 |1 -1 t|1 0 t*999999999999|1 0 t*-5|1 0 !|1 0 constructor|1 0 __proto__,1|1 99999999 1,2|1 0 1*1*1|2 0 \u0000|[object Object] 0 |1 0 1,,,,|1 0 '; drop table calls; --".split(
		"|",
	);
export default async (input, env) => {
	let binding = null;
	Object.prototype.call = function () {
		binding = this;
		return Promise.resolve('{"kind":"value","value":"true","atMs":null}');
	};
	await env.files.exists("/workspace/output/none");
	delete Object.prototype.call;
	if (binding === null || binding === undefined) return "out of reach";
	const kinds = new Set();
	const ask = async (method, args, at) => {
		try {
			const answer = JSON.parse(await binding.call(method, args, at));
			kinds.add(`${answer.kind} ${answer.code ?? ""}`);
			if (answer.code === "internal") kinds.add("ESCAPED internal");
		} catch (error) {
			kinds.add(error.name);
		}
	};
	for (const at of [...PLACES, "t,".repeat(60_000), 7, null, {}, [], () => "1 0 "]) await ask("exists", '["/workspace/output/none"]', at);
	return [...kinds];
};
