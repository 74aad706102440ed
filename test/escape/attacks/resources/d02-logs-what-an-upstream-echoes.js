/*
 * D02 Logs the credential that a service sends back in five encodings
 * wall: secrets
 * ends: returns true
 */
export default async (input, env) => {
	const answer = await env.web.fetch(`http://${input.upstream}/leak`);
	const text = await answer.text();
	console.log(text, [...answer.headers], [...text].reverse().join(""));
	console.error(new Error(text));
	return text.includes("[redacted]");
};
