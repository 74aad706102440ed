/*
 * X33 Cuts an endless text into words, as every language does
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const segmenter = new Intl.Segmenter("th", { granularity: "word" });
	const text = "ภาษาไทย".repeat(20_000);
	let count = 0;
	for (;;) for (const { segment } of segmenter.segment(text)) count += segment.length;
};
