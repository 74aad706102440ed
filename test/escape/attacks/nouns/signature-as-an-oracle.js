/*
 * G26 Signs one text a hundred times and compares the signatures
 * wall: secrets
 * ends: returns [1,[]]
 * limits: { "cpuMs": 2000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const made = await Promise.all(Array.from({ length: 100 }, () => env.signer.sign("same")));
	const texts = made.map((each) => JSON.stringify(each));
	return [new Set(texts).size, texts.filter((text) => /sealed|hex:/.test(text))];
};
