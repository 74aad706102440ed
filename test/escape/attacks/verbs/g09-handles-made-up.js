/*
 * G09 Makes up handles of other runs and other content
 * wall: tenancy
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) => {
	await env.files.writeText("/workspace/output/own.txt", "own");
	const { handle } = await env.files.handle("/workspace/output/own.txt");
	const at = handle.length - 1;
	const made = [
		"",
		"x",
		"han_1",
		handle.slice(0, at) + (handle[at] === "0" ? "1" : "0"),
		handle.toUpperCase(),
		`${handle} `,
		`${handle}\0`,
		handle.replace(/.{16}$/, input.neighbour.slice(-16)),
		input.neighbour,
		input.neighbour.replace("run_", handle.slice(0, 4)),
		"../../../tenants/x/runs/y",
		"x".repeat(64),
		"__proto__",
		"constructor",
	];
	const use = async (each) => {
		const codes = [];
		for (const [index, attempt] of [
			() => env.files.write(`/workspace/output/theirs${made.indexOf(each)}`, { handle: each }),
			() => env.web.fetch(`http://${input.upstream}/`, { method: "POST", body: { handle: each } }),
		].entries()) {
			const code = await attempt().then(
				() => "opened",
				(error) => error.code,
			);
			if (code === "opened" || code === "internal") codes.push(`${index} ${each} ${code}`);
		}
		return codes;
	};
	return (await Promise.all(made.map(use))).flat();
};
