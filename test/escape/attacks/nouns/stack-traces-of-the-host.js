/*
 * X34 Reads stacks of everything that throws, for paths and functions of the host
 * wall: nouns
 * ends: returns []
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const stacks = [];
	const take = (go) => Promise.resolve().then(go).catch((error) => { for (let each = error; each instanceof Error; each = each.cause) stacks.push(String(each.stack), JSON.stringify(Object.getOwnPropertyDescriptors(each))); });
	Error.stackTraceLimit = 500;
	await take(() => env.web.fetch("http://evil.test/"));
	await take(() => env.files.readText("/nowhere"));
	await take(() => env.sales.query("select"));
	await take(() => fetch(":"));
	await take(() => null.x);
	await take(() => structuredClone(() => 0));
	await take(() => new Response(1, { status: 9 }));
	await take(() => crypto.subtle.importKey("raw", new Uint8Array(1), "AES-GCM", false, ["x"]));
	await take(() => import("nothing"));
	const deep = () => deep();
	await take(deep);
	return [...new Set(stacks.join("\n").match(/\/(?:home|root|work|tmp|usr|etc|opt)\/[^\s:)]+|node_modules|supervisor|gate-entrypoint|agent-object|dispatcher\.ts/g) ?? [])];
};
