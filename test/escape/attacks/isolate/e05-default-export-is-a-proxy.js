/*
 * E05 Exports a proxy of a function and watches what the harness does with it
 * wall: isolate
 * ends: returns ["apply undefined 2"]
 */
const seen = [];
export default new Proxy(() => {}, {
	get: (_, key) => {
		seen.push(`get ${String(key)}`);
		return undefined;
	},
	apply: (_, self, args) => {
		seen.push(`apply ${typeof self} ${args.length}`);
		return seen;
	},
});
