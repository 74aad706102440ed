/*
 * X26 Has a tool server say with which headers it was asked
 * wall: secrets
 * ends: returns [true,false]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const text = JSON.stringify(await env.tool.headers({}));
	return [text.includes("[redacted]"), /tool-[0-9a-f]{8}/.test(text)];
};
