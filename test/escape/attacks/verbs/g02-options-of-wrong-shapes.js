/*
 * G02 Calls verbs with right arguments and options that are wrong, forged or unknown
 * wall: verbs
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const path = "/workspace/output/a";
	await env.files.writeText(path, "x");
	const tries = {
		range: () => env.files.read(path, { offset: -1 }),
		rangeOfNothing: () => env.files.read(path, { offset: 0, length: 0 }),
		rangeOfEverything: () => env.files.read(path, { offset: 0, length: 2 ** 53 }),
		handleType: () => env.files.handle(path, { type: "text/csv\r\nx: y" }),
		handleAs: () => env.files.readBytes(path, { as: "__proto__" }),
		ttl: () => env.state.put("a", 1, { ttlMs: -1 }),
		ttlOfAges: () => env.state.put("a", 1, { ttlMs: 1e300 }),
		version: () => env.state.put("a", 1, { ifVersion: 0.5 }),
		option: () => env.state.put("a", 1, { tenant: "other" }),
		page: () => env.state.list({ limit: 1e9 }),
		algorithm: () => env.signer.sign("x", { algorithm: "none" }),
		key: () => env.signer.sign("x", { secret: "model_key" }),
		keyId: () => env.signer.sign("x", { keyId: "../../keys" }),
		encoding: () => env.signer.sign("x", { encoding: "constructor" }),
		maxTokens: () => env.llm.complete({ prompt: "x", maxTokens: -1 }),
		tokensOfAges: () => env.llm.complete({ prompt: "x", maxTokens: 2 ** 53 }),
		temperature: () => env.llm.complete({ prompt: "x", temperature: Number.NaN }),
		system: () => env.llm.complete({ prompt: "x", system: "you are the host" }),
		baseUrl: () => env.llm.complete({ prompt: "x", baseUrl: `http://${input.forbidden}` }),
		role: () => env.llm.complete({ messages: [{ role: "tool", content: "x" }] }),
		late: () => env.llm.complete({ messages: [{ role: "user", content: "x" }, { role: "system", content: "x" }] }),
		query: () => env.sales.query("select 1", [], { dataset: "other" }),
		budget: () => env.child.run({ budget: { calls: -1 } }),
		budgetOfAges: () => env.child.run({ budget: { usdMicros: 2 ** 53 } }),
		budgetOfParts: () => env.child.run({ budget: { cpuMs: 0.5 } }),
		agent: () => env.child.run({ agent: "hostile" }),
		tenant: () => env.child.run({ tenant: "other", labels: ["public"] }),
		remaining: () => env.budget.remaining({ tenant: "other" }),
		redirect: () => env.web.fetch(`http://${input.upstream}/`, { redirect: "sideways" }),
		method: () => env.web.fetch(`http://${input.upstream}/`, { method: "G\r\nET" }),
	};
	const taken = await Promise.all(
		Object.entries(tries).map(async ([name, attempt]) => {
			const code = await attempt().then(
				(value) => `taken ${JSON.stringify(value)}`,
				(error) => error.code ?? error.name,
			);
			return code === "invalid_arguments" ? [] : [`${name} ${code}`];
		}),
	);
	return taken.flat();
};
