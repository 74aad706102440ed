/*
 * G01 Starts a child with grants that neither has, with a program of its own, and with paths that the child may not read
 * wall: grants
 * ends: returns ["invalid_arguments","failed file_denied","failed file_denied"]
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const said = [];
	const tries = [
		() => env.child.run({ agent: "hostile", grants: ["web"] }),
		() => env.child.run({ input: { path: "/etc/passwd" } }),
		() => env.child.run({ input: { path: "/workspace/../etc/passwd" }, grants: ["files"] }),
	];
	for (const attempt of tries) {
		said.push(
			await attempt().then(
				({ status, error }) => `${status} ${error?.code ?? ""}`,
				(error) => error.code,
			),
		);
	}
	return said;
};
