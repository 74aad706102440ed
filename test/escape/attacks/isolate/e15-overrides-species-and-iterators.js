/*
 * E15 Overrides species and iterators
 * wall: isolate
 * ends: returns true
 */
export default async (_input, env) => {
	Object.defineProperty(Array, Symbol.species, {
		value: class {
			constructor() {
				throw 1;
			}
		},
	});
	Array.prototype[Symbol.iterator] = function* () {
		yield "forged";
	};
	Object.prototype[Symbol.toPrimitive] = () => "forged";
	return (await env.files.exists("/workspace/output/none")) === false;
};
