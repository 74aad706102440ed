/*
 * E09 Reads the stacks of every error that it can cause for paths of the host
 * wall: nouns
 * ends: returns []
 */
const CAUSES = [
	() => null.x,
	() => new URL("x"),
	() => new Response("x", { status: 1 }),
	() => structuredClone(() => {}),
	() => atob("~"),
	() => new WebAssembly.Memory({ initial: 1e9 }),
	() => JSON.parse("{"),
	() => new Headers([["\n", ""]]),
	() => crypto.subtle.importKey("raw", new Uint8Array(3), "AES-GCM", false, []),
	() => import("nowhere"),
	() => fetch("http://[::"),
	() => new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" }).read(new Uint8Array(0)),
	() => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([255])),
	() => new DecompressionStream("x"),
	() => new Intl.DateTimeFormat("x".repeat(99)),
	() => Reflect.construct(Request, []),
];
export default async (input, env) => {
	const found = new Set();
	for (const cause of [...CAUSES, () => env.files.readText(7), () => env.web.fetch("http://[::"), () => env.sales.query(";;")]) {
		try {
			await cause();
		} catch (error) {
			const text = `${error?.stack} ${error?.message} ${JSON.stringify(error)}`;
			for (const path of text.match(/(?:\/home|\/work|\/tmp|\/usr|\/proc|\/opt|\/run|\/build|\.c\+\+|\.cc|\.h:)\S*/g) ?? []) found.add(path);
		}
	}
	return [...found];
};
