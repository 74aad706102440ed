/*
 * X24 Writes the placeholder and the name of the secret where a grant might fill it in
 * wall: secrets
 * ends: returns ["/echo?a={secret}","{secret} {token} ${token}","{secret} {{token}} <%= token %>"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const url = `http://${input.upstream}/answer?a={secret}&headers=${encodeURIComponent(JSON.stringify([["x-a", "{secret}"]]))}`;
	const echo = await (await env.web.fetch(`http://${input.upstream}/echo`, { method: "POST", body: "{secret} {{token}} <%= token %>", headers: { "x-a": "{secret} {token} ${token}" } })).json();
	const answer = await env.web.fetch(url);
	const path = decodeURIComponent(new URL(answer.url).search).startsWith("?a={secret}") ? "/echo?a={secret}" : answer.url;
	return [path, echo.headers["x-a"], echo.body];
};
