/*
 * M10 Makes a thousand calls without waiting for one, and returns
 * wall: budget
 * ends: contained
 * grants: ["files", "budget"]
 * limits: { "cpuMs": 2000, "wallMs": 20000 }
 */
export default (input, env) => {
	for (let index = 0; index < 1_000; index += 1) {
		env.files.writeText(`/workspace/output/${index % 10}`, `${index}`).catch(() => undefined);
		env.budget.remaining().catch(() => undefined);
	}
	return 1;
};
