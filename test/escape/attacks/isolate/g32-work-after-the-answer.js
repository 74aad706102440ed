/*
 * G32 Keeps itself alive after its answer and goes on calling
 * wall: grants
 * ends: returns "answered"
 */
export default async (input, env) => {
	const name = ["cloudflare", "workers"].join(":");
	const { waitUntil } = await import(name);
	const later = async () => {
		for (let step = 0; step < 50; step += 1) {
			await new Promise((resolve) => setTimeout(resolve, 1));
			const wrote = await env.files.writeText("/workspace/output/late.txt", `${step}`).then(
				() => true,
				() => false,
			);
			if (wrote && globalThis.hasAnswered) console.log("ESCAPED");
		}
	};
	try {
		waitUntil?.(later());
	} catch {
		later();
	}
	queueMicrotask(() => {
		globalThis.hasAnswered = true;
	});
	return "answered";
};
