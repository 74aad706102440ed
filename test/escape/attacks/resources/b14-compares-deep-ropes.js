/*
 * B14 Compares and searches texts that are made of three hundred thousand pieces
 * wall: memory
 * ends: contained
 * limits: { "cpuMs": 2000, "wallMs": 24000 }
 */
export default async () => {
	const rope = () => {
		let text = "";
		for (let i = 0; i < 3e5; i += 1) text = `a${text}${i % 10}`;
		return text;
	};
	return [rope() === rope(), /b$/.test(rope()), rope().localeCompare(rope())];
};
