/*
 * N03 Errors a byte stream in a then on the prototype, while a read of it resolves
 * wall: isolate
 * ends: contained
 */
export default async () => {
	let controller = null;
	let times = 0;
	const stream = new ReadableStream({ type: "bytes", start: (given) => { controller = given; } });
	const reader = stream.getReader({ mode: "byob" });
	Object.defineProperty(Object.prototype, "then", {
		configurable: true,
		get() {
			times += 1;
			try {
				controller.error(new Error("in then"));
				reader.releaseLock();
			} catch {
				// Errored already.
			}
			return undefined;
		},
	});
	const read = reader.read(new Uint8Array(8));
	controller.enqueue(new Uint8Array(4));
	const said = await read.then(
		() => "read",
		(error) => error.name,
	);
	delete Object.prototype.then;
	return [said, times > 0];
};
