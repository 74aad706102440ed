/*
 * E11 Hides words from a filter
 * wall: isolate
 * ends: returns "EvalError"
 */
export default async () => {
	try {
		return (0, \u0065val)("1");
	} catch (e) {
		return e.name;
	}
};
