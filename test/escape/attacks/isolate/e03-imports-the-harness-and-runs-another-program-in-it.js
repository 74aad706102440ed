/*
 * E03 Imports the harness and runs another program in it
 * wall: isolate
 * ends: returns 1
 */
export default async () => {
	for (const s of ["../harness.js", "harness.js", "/harness.js"]) {
		try {
			const h = await import(s);
			const o = Object.create(h.default.prototype);
			await o.run("{}");
		} catch {}
	}
	return 1;
};
