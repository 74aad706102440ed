/*
 * X36 Rewrites HTML that is nested without an end
 * wall: cpu
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 600, "wallMs": 8000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const encoder = new TextEncoder();
	const html = new ReadableStream({ pull: (controller) => controller.enqueue(encoder.encode("<div><p class='a b'>".repeat(1_000))) });
	const rewriter = new HTMLRewriter().on("div p.a", { element: (element) => element.append("x") });
	const reader = rewriter.transform(new Response(html)).body.getReader();
	for (;;) await reader.read();
};
