/*
 * G10 Has a tool show with which headers it was asked
 * wall: secrets
 * ends: contained
 * grants: ["tool"]
 */
export default async (input, env) => {
	const { text } = await env.tool.headers({});
	const shown = JSON.parse(text);
	const spelled = [...(shown.authorization ?? "")].join(" ");
	return { text, spelled: /tool-[0-9a-f ]{20}/.test(spelled) ? "ESCAPED" : "cut" };
};
