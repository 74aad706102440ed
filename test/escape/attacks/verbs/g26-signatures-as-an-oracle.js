/*
 * G26 Signs one payload many times and looks for one that differs or shows the key
 * wall: verbs
 * ends: returns [1,[]]
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const made = await Promise.all(Array.from({ length: 60 }, () => env.signer.sign("the same")));
	const texts = made.map((each) => JSON.stringify(each));
	return [new Set(texts).size, texts.filter((text) => /sealed|hex:/.test(text))];
};
