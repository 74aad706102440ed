/*
 * N07 Clones requests, streams, errors and keys under polluted getters and setters
 * wall: isolate
 * ends: contained
 */
export default async () => {
	const said = [];
	const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", true, ["encrypt"]);
	const things = [new Request("http://x.test/"), new Response("x"), new ReadableStream(), new Headers(), key, new Blob(["x"]), new DOMException("x"), new AbortController().signal];
	for (const name of ["constructor", "name", "message", "stack", "cause", "length", "type", "toJSON"]) {
		const kept = Reflect.getOwnPropertyDescriptor(Object.prototype, name);
		try {
			Object.defineProperty(Object.prototype, name, { configurable: true, get() { throw new Error("in a getter"); }, set() { throw new Error("in a setter"); } });
			for (const thing of things) {
				try {
					structuredClone(thing);
					said.push(1);
				} catch {
					said.push(0);
				}
			}
		} finally {
			if (kept === undefined) delete Object.prototype[name];
			else Object.defineProperty(Object.prototype, name, kept);
		}
	}
	return said.length;
};
