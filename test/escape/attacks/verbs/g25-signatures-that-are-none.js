/*
 * G25 Has signatures checked that are empty, of another payload, of another encoding, stretched and moved, as keys confused
 * wall: verbs
 * ends: returns [false]
 */
export default async (input, env) => {
	const { signature } = await env.signer.sign("pay 1");
	const { raw, jwk, pem } = await env.signer.publicKey();
	const forged = [
		["pay 2", signature],
		["pay 1", ""],
		["pay 1", "A".repeat(86)],
		["pay 1", signature.slice(0, -2)],
		["pay 1", `${signature}AA`],
		["pay 1", raw],
		["pay 1", jwk.x],
		["pay 1 ", signature],
		["", signature],
		["pay 1", "\0".repeat(64)],
		["pay 1", pem.slice(0, 900)],
		["pay 1", signature, { encoding: "hex" }],
		["pay 1", "=".repeat(1_024)],
	];
	if ((await env.signer.verify("pay 1", signature)) !== true) return "the honest one is refused";
	const said = new Set();
	for (const each of await Promise.allSettled(forged.map((args) => env.signer.verify(...args)))) said.add(each.value ?? each.reason?.code);
	if (jwk.d !== undefined || /PRIVATE/.test(pem)) said.add("ESCAPED private");
	return [...said];
};
