/*
 * G01 Asks for grants that its agent has and this run was not given
 * wall: grants
 * ends: returns [["files"],"capability_not_granted","TypeError","TypeError"]
 * grants: ["files"]
 */
export default async (input, env) => {
	const said = [Object.keys(env)];
	for (const attempt of [() => fetch(`http://${input.upstream}/`), () => env.web.fetch(`http://${input.upstream}/`), () => env["signer"].sign("x")]) {
		try {
			await attempt();
			said.push("ESCAPED");
		} catch (error) {
			said.push(error.code ?? error.name);
		}
	}
	return said;
};
