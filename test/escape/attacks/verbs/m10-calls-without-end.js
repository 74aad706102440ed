/*
 * M10 Makes calls without end, each of which is refused
 * wall: budget
 * ends: calls_exceeded | cpu_exceeded | wall_time_exceeded
 * grants: ["files"]
 * limits: { "cpuMs": 500, "wallMs": 4000, "calls": 100 }
 */
export default async (input, env) => {
	for (;;) {
		const codes = await Promise.all(Array.from({ length: 50 }, () => env.files.readText("/etc/passwd").catch((error) => error)));
		const over = codes.find(({ code }) => code === "calls_exceeded");
		if (over !== undefined) throw over;
	}
};
