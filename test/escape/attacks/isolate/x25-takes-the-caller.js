/*
 * X25 Takes the caller
 * wall: isolate
 * ends: returns "TypeError"
 */
export default function f() {
	try {
		return String(f.caller);
	} catch (e) {
		return e.name;
	}
}
