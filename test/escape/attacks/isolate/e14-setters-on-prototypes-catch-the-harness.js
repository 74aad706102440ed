/*
 * E14 Catches what the harness writes by setters on the prototypes, for every name and index that it may write
 * wall: isolate
 * ends: returns [false,0]
 */
const NAMES =
	"kind text value path code message hint details atMs frame frames place resolve reject method grant args at item count index key id dueMs order isOpen isNever next step done error result logs choices places sent outcome token props env ctx call fetch signal headers url body".split(
		" ",
	);
export default async (input, env) => {
	let caught = 0;
	const define = (holder, key) =>
		Object.defineProperty(holder, key, {
			__proto__: null,
			configurable: true,
			get: () => undefined,
			set: (value) => {
				caught += typeof value?.call === "function" && typeof value !== "function" ? 1 : 0;
			},
		});
	for (const name of NAMES) define(Object.prototype, name);
	for (let index = 0; index < 50; index += 1) {
		define(Object.prototype, `${index}`);
		define(Array.prototype, `${index}`);
	}
	const answer = await env.files.exists("/workspace/output/none");
	for (const name of NAMES) delete Object.prototype[name];
	for (let index = 0; index < 50; index += 1) {
		delete Object.prototype[index];
		delete Array.prototype[index];
	}
	return [answer, caught];
};
