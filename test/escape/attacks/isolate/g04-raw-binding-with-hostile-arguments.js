/*
 * G04 Calls the gate by the raw binding with arguments that are no encoded list: live stubs, broken JSON, forged tags, depths
 * wall: boundary
 * ends: contained
 */
const TEXTS = [
	"",
	"null",
	"{}",
	"[",
	"[1,]",
	'["/workspace/output/none"] ',
	'["/workspace/output/none"]x',
	'\ufeff["/workspace/output/none"]',
	'{"length":1,"0":"/workspace/output/none"}',
	'[{"$object":[["__proto__",{"polluted":1}]]}]',
	'[{"__proto__":{"polluted":1}}]',
	'[{"constructor":{"prototype":{"polluted":1}}}]',
	'[{"$map":[[1]]}]',
	'[{"$set":{"length":1e9}}]',
	'[{"$date":"x"}]',
	'[{"$bytes":"~","as":"__proto__"}]',
	'[{"$bigint":"0x10"}]',
	'[{"$url":{"then":1}}]',
	'[{"$headers":[["a","b","c"]]}]',
	'[{"$response":{"status":200,"url":"x","headers":[],"body":null}}]',
	'[{"$undefined":true,"$date":"x"}]',
	'[{"$number":"1e400"}]',
	"[1e400]",
	'["\\ud800"]',
	`${"[".repeat(100_000)}${"]".repeat(100_000)}`,
	`[${"1,".repeat(400_000)}1]`,
	`[{"$bigint":"${"9".repeat(500_000)}"}]`,
	`[{"$set":[${Array.from({ length: 5_000 }, (_, at) => `{"$bigint":"${BigInt(at) << 64n}"}`)}]}]`,
];
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
	let place = 1;
	const ask = async (method, args) => {
		place += 1;
		try {
			const answer = JSON.parse(await binding.call(method, args, `${place} 0 `));
			kinds.add(`${answer.kind} ${answer.code ?? ""}`);
		} catch (error) {
			kinds.add(error.name);
		}
	};
	for (const text of TEXTS) for (const method of ["exists", "writeJson"]) await ask(method, text);
	for (const value of [7, null, undefined, {}, [], () => "[]", new Date(), new Map([[1, () => 1]]), { toString: () => "[]" }, new Response("[]")])
		await ask("exists", value);
	for (const method of ["constructor", "__proto__", "then", "", "x".repeat(1e6), "fetchAny", 7, {}, () => "exists", "endCall", "beginCall"])
		await ask(method, "[]");
	const isClean = {}.polluted === undefined;
	if ([...kinds].some((kind) => /internal/.test(kind)) || !isClean) return `ESCAPED ${[...kinds]}`;
	return [...kinds].sort();
};
