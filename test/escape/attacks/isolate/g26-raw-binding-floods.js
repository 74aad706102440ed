/*
 * G26 Calls the gate by the raw binding five hundred times at once, past the harness's own turns
 * wall: grants
 * ends: contained
 * limits: { "cpuMs": 3000, "wallMs": 15000 }
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
	const kinds = {};
	await Promise.all(
		Array.from({ length: 500 }, async (_, index) => {
			const answer = await binding.call("exists", '["/workspace/output/none"]', `${index + 2} 0 `).catch((error) => `{"kind":"${error.name}"}`);
			const { kind, code } = JSON.parse(answer);
			kinds[`${kind} ${code ?? ""}`] = (kinds[`${kind} ${code ?? ""}`] ?? 0) + 1;
		}),
	);
	return kinds;
};
