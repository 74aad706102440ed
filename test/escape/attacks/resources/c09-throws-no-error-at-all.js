/*
 * C09 Throws nothing, a symbol, a function and a promise, each after the other
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	const kinds = [null, undefined, Symbol("s"), () => {}, Promise.reject(new Error("inner")), new Proxy(() => {}, {}), 5n];
	for (const kind of kinds) {
		try {
			throw kind;
		} catch {}
	}
	throw kinds[2];
};
