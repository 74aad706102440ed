/*
 * E09 Takes stacks apart for functions, receivers and paths of what called it
 * wall: nouns
 * ends: returns []
 */
export default async (input, env) => {
	const found = [];
	Error.stackTraceLimit = Number.POSITIVE_INFINITY;
	Error.prepareStackTrace = (_, sites) => {
		for (const site of sites) {
			for (const ask of ["getThis", "getFunction", "getEvalOrigin"]) {
				const got = site[ask]?.();
				if (got !== undefined && got !== null && got !== globalThis && !/program/.test(String(got))) found.push(`${ask} ${typeof got}`);
			}
			for (const ask of ["getFileName", "getScriptNameOrSourceURL"]) {
				const got = String(site[ask]?.() ?? "");
				if (/^\/|home|work|node_modules|workerd|file:/.test(got)) found.push(`${ask} ${got}`);
			}
		}
		return "";
	};
	const look = () => new Error("look").stack;
	look();
	[1].forEach(look);
	await env.files.readText("/nowhere").catch((error) => error.stack);
	await env.files.writeJson("/workspace/output/a", { get a() { look(); return 1; } });
	Object.defineProperty(Object.prototype, "then", { configurable: true, get: () => void look() });
	await env.files.exists("/workspace/output/a");
	delete Object.prototype.then;
	return found;
};
