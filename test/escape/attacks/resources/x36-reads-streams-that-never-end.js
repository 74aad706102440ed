/*
 * X36 Reads bodies that never end, as text, JSON and forms
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded | program_threw
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(new TextEncoder().encode("[".repeat(1_000))) });
	await Promise.all([
		new Response(endless()).text(),
		new Response(endless()).json(),
		new Response(endless(), { headers: { "content-type": "multipart/form-data; boundary=[" } }).formData(),
	]);
};
