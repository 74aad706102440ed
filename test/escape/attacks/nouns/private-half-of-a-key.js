/*
 * X30 Asks the signer for its private key, for other keys and for other algorithms
 * wall: secrets
 * ends: returns []
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const got = [];
	for (const method of ["export", "exportKey", "privateKey", "secret", "key", "open", "jwk", "toJSON", "seed", "raw", "decrypt", "wrapKey"]) {
		try { if (env.signer[method] === undefined) continue; got.push(`ESCAPED ${method} ${JSON.stringify(await env.signer[method]())}`); } catch {}
	}
	for (const options of [{ encoding: "pkcs8" }, { secret: "model_key" }, { algorithm: "none" }, { key: input.secretName }, { encoding: "hex", secret: "token" }]) {
		try { got.push(`ESCAPED ${JSON.stringify(options)} ${await env.signer.sign("x", options)}`); } catch (error) { if (error.code !== "invalid_arguments") got.push(error.code); }
	}
	const text = JSON.stringify(await Promise.all(Object.keys(env.signer).map((name) => Promise.resolve().then(() => env.signer[name]("x")).catch((error) => error.message))));
	if (/PRIVATE|"d":/.test(text)) got.push("ESCAPED " + text);
	return got;
};
