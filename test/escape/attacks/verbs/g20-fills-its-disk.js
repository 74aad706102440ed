/*
 * G20 Fills its disk
 * wall: verbs
 * ends: returns ["ok", "quota_exceeded"]
 * limits: { "cpuMs": 5000, "wallMs": 25000 }
 */
export default async (_input, env) => {
	const codes = new Set();
	const text = "x".repeat(1e6);
	const write = (name) => env.files.writeText(`/workspace/output/${name}`, text).then(() => "ok", (error) => error.code);
	// Eight at once: what is full is full for all of them.
	for (let from = 0; from < 40 && !codes.has("quota_exceeded"); from += 8) {
		for (const code of await Promise.all(Array.from({ length: 8 }, (_, index) => write(from + index)))) codes.add(code);
	}
	return [...codes].sort();
};
