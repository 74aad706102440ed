/*
 * A14 Recurses in promises
 * wall: cpu
 * ends: program_threw | cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const f = async () => f();
	return f();
};
