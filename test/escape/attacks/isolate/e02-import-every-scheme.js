/*
 * E02 Imports by every scheme that some runtime has
 * wall: isolate
 * ends: returns []
 */
const SPECIFIERS = [
	"blob:null/1",
	"http://127.0.0.1/x.js",
	"//127.0.0.1/x.js",
	"npm:left-pad",
	"jsr:@std/fs",
	"bun:ffi",
	"deno:core",
	"ext:core/mod.js",
	"about:blank",
	"javascript:1",
	"workerd:unsafe",
	"workerd:unsafe-eval",
	"cloudflare-internal:env",
	"cloudflare-internal:workers",
	"node-internal:internal_fs",
	"internal:wrapped-binding",
	"unsafe-eval",
	"text:./main.js",
	"data:text/javascript;base64,ZXhwb3J0IGRlZmF1bHQgMQ==",
	"file:///proc/self/environ",
	"/proc/self/environ",
	"/etc/passwd",
	"\\etc\\passwd",
	"",
	".",
	"..",
	"/",
	"%2e%2e/harness.js",
	"./main.js#x",
	"./main.js?x",
	"\0",
];
export default async () => {
	const got = [];
	for (const specifier of SPECIFIERS) {
		try {
			await import(specifier);
			got.push(specifier);
		} catch {
			// Refused.
		}
	}
	return got;
};
