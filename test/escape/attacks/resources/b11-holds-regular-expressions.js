/*
 * B11 Keeps compiled regular expressions and formatters
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (let i = 0; ; i += 1) {
		const expression = new RegExp(`[a-z]{1,50}(x${i}|y${i})+[\\p{L}]{0,20}$`, "u");
		expression.test(`abc${i}`);
		kept.push(expression, new Intl.NumberFormat("ar-EG", { style: "currency", currency: "EUR" }), new Intl.PluralRules("ar"));
	}
};
