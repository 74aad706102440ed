/*
 * X33 Sorts long texts by the rules of languages
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const collator = new Intl.Collator("de", { sensitivity: "variant", ignorePunctuation: true });
	const text = "äöüß-".repeat(20_000);
	for (;;) collator.compare(`${text}a`, `${text}b`);
};
