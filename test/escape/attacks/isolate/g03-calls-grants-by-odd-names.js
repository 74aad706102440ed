/*
 * G03 Calls grants by odd names
 * wall: isolate
 * ends: returns true
 */
export default async (_input, env) => {
	const got = [];
	for (const g of ["constructor", "__proto__", "toString", "hasOwnProperty", "web2", ""])
		got.push(env[g] === undefined);
	for (const m of ["fetchAny", "call", "constructor", "__proto__", "toString", "then", "dup", "fetch"])
		got.push(env.files[m] === undefined);
	return got.every(Boolean);
};
