/*
 * E02 Imports with attributes, whose loaders might read other things
 * wall: isolate
 * ends: returns []
 */
export default async () => {
	const got = [];
	for (const type of ["json", "css", "text", "bytes", "wasm", "javascript", "module"]) {
		for (const name of ["./main.js", "../harness.js", "./data.json", "file:///etc/passwd", "data:application/json,1"]) {
			try {
				const found = await import(name, { with: { type } });
				got.push(`${type} ${name} ${Object.keys(found)}`);
			} catch {
				// Refused.
			}
		}
	}
	return got;
};
