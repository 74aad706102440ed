/*
 * X18 Looks for a third argument, a receiver and arguments of callers that it was not told of
 * wall: nouns
 * ends: returns [2,"undefined",[],"undefined"]
 * limits: { "wallMs": 25000 }
 */
export default async function () {
	const extra = [...arguments].slice(2);
	let caller = "undefined";
	try { caller = typeof arguments.callee.caller; } catch {}
	return [arguments.length, typeof this, extra, caller];
}
