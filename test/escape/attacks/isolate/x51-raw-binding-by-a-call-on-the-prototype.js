/*
 * X51 Takes the raw binding of a grant by a `call` on the prototype, and asks it for everything but a call
 * wall: grants
 * ends: returns "out of reach"
 */
export default async (input, env) => {
	let binding = null;
	Object.prototype.call = function () {
		binding = this;
		return Promise.resolve('{"kind":"value","value":"true","atMs":null}');
	};
	await env.files.exists("/workspace/output/none");
	delete Object.prototype.call;
	if (binding === null || binding === undefined) return "out of reach";
	const got = [];
	const tries = [
		() => binding.fetch(`http://${input.forbidden}/`),
		() => binding.fetch("http://gate/finish?call=1", { method: "POST", body: "{}" }),
		() => binding.connect(input.forbidden).opened,
		() => binding.env,
		() => binding.ctx.props,
		() => binding.BACK.fetch("http://gate/call"),
		() => binding["#askEngine"]("{}", "x"),
		() => binding.constructor("x"),
		() => binding.scheduled(),
		() => binding.queue("x", []),
		() => binding.alarm(),
		() => binding.__proto__.call("exists", "[]", "1 0 "),
		() => binding.toString.call("x"),
		() => binding.dup?.().env,
	];
	for (const attempt of tries) {
		try {
			const value = await attempt();
			got.push(`${typeof value} ${String(value?.status ?? "")}`);
			if (value instanceof Response && value.ok) got.push("ESCAPED");
		} catch (error) {
			got.push(error.name);
		}
	}
	return got;
};
