/*
 * B15 Writes as much as it can, with as many calls at once as it can
 * wall: budget
 * ends: returns ["quota_exceeded"]
 * limits: { "cpuMs": 3000, "wallMs": 24000, "memoryMb": 128 }
 */
export default async (_input, env) => {
	const text = "x".repeat(900_000);
	const codes = new Set();
	await Promise.all(
		Array.from({ length: 30 }, (_, i) => env.files.writeText(`/workspace/output/${i}`, text).catch((error) => codes.add(error.code))),
	);
	let bytes = 0;
	for (const { bytes: each } of await env.files.list("/workspace/output")) bytes += each;
	if (bytes > 16 * 1024 * 1024) codes.add(`ESCAPED with ${bytes} bytes`);
	return [...codes];
};
