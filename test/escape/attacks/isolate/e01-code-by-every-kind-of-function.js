/*
 * E01 Makes code with the constructor of every kind of function, called, constructed, bound, subclassed and reflected
 * wall: isolate
 * ends: returns ["EvalError"]
 */
const KINDS = [
	() => {},
	async () => {},
	function* () {},
	async function* () {},
	class {},
	{ method() {} }.method,
	Object.getOwnPropertyDescriptor(
		{
			get at() {
				return 1;
			},
		},
		"at",
	).get,
	Math.max.bind(null),
	new Proxy(() => {}, {}),
];
export default async () => {
	const said = new Set();
	for (const kind of KINDS) {
		const Make = Object.getPrototypeOf(kind).constructor;
		const tries = [
			() => Make("return 1"),
			() => new Make("return 1"),
			() => Make.call(null, "a", "return a"),
			() => Make.bind(null, "return 1")(),
			() => Reflect.apply(Make, undefined, ["return 1"]),
			() => Reflect.construct(Make, ["return 1"], Object),
			() => new (class extends Make {})("return 1"),
			() => Array.from(["return 1"], Make),
			() => "return 1".replace(/.+/, Make),
		];
		for (const make of tries) {
			try {
				said.add(`ESCAPED ${typeof make()}`);
			} catch (error) {
				said.add(error.name);
			}
		}
	}
	return [...said];
};
