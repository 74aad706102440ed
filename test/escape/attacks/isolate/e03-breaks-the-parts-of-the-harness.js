/*
 * E03 Imports the harness's parts and breaks them
 * wall: isolate
 * ends: returns 1
 */
export default async () => {
	for (const s of ["../codec.js", "../primordials.js", "../failures.js", "primordials.js", "codec.js"]) {
		try {
			const m = await import(s);
			for (const k of Object.keys(m)) {
				try {
					m[k] = () => "forged";
				} catch {}
				try {
					Object.setPrototypeOf(m[k], null);
				} catch {}
			}
		} catch {}
	}
	return 1;
};
