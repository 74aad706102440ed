/*
 * X36 Pipes a stream through a chain of transforms that never ends
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	let stream = new ReadableStream({ pull: (controller) => controller.enqueue("x") });
	for (let i = 0; i < 50; i += 1) stream = stream.pipeThrough(new TransformStream());
	await stream.pipeTo(new WritableStream());
};
