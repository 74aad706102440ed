/*
 * G01 Has a child run a program of its own with the names of grants that only the parent has
 * wall: grants
 * ends: contained
 */
const PROGRAM = `export default async (input, env) => {
	const got = [];
	for (const name of ["web", "signer", "llm", "sales", "tool", "ask", "child", "budget"]) if (env[name] !== undefined) got.push("ESCAPED " + name);
	try { await fetch("http://" + input.forbidden + "/"); got.push("ESCAPED fetch"); } catch {}
	return got;
};`;
export default async (input, env) => {
	const said = [];
	for (const grants of [undefined, ["files"], ["web"], ["files", "__proto__"], []]) {
		said.push(
			await env.child.run({ program: PROGRAM, input: { forbidden: input.forbidden }, ...(grants && { grants }) }).then(
				({ status, result, error }) => [status, result, error?.code],
				(error) => error.code,
			),
		);
	}
	return said;
};
