/*
 * E03 Imports the modules of the house by every name that they have had, and the libraries that nobody granted
 * wall: isolate
 * ends: returns []
 */
const FILES = ["primordials", "codec", "calls", "grants", "timeline", "random", "realm", "choices", "console", "crypto", "frames"];
const LIBRARIES = ["just-bash", "zod", "lodash", "date-fns", "papaparse", "cheerio", "mathjs", "xlsx", "libraries/just-bash.js"];
export default async () => {
	const got = [];
	for (const name of [...FILES.flatMap((file) => [`../${file}.js`, `/${file}.js`, `${file}.js`, `../harness/${file}.js`]), ...LIBRARIES]) {
		try {
			await import(name);
			got.push(name);
		} catch {
			// Refused.
		}
	}
	return got;
};
