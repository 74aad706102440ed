/*
 * H18 Has the injected credential echoed in every usual form, in the body and in headers
 * wall: secrets
 * ends: returns [[],[],[]]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const response = await env.web.fetch(`http://${input.upstream}/forms`);
	const forms = await response.json();
	const bare = Object.entries(forms).filter(([, text]) => !text.includes("[redacted]")).map(([name]) => "ESCAPED body " + name);
	const headers = [...response.headers].filter(([name, text]) => name.startsWith("x-") && !text.includes("[redacted]")).map(([name]) => "ESCAPED header " + name);
	const sealed = JSON.stringify([forms, [...response.headers]]).match(/sealed|c2VhbGVk|7365616c6564/gi) ?? [];
	return [bare, headers, sealed];
};
