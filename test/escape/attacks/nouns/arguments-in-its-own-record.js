/*
 * X32 Passes what it was echoed on to its log, its files and its next request
 * wall: secrets
 * ends: returns "passed on"
 * grants: ["files", "web"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const texts = [];
	for (const path of ["/forms", "/leak", "/echo", "/packed?as=gzip"]) {
		const response = await env.web.fetch(`http://${input.upstream}${path}`);
		texts.push(await response.text(), JSON.stringify([...response.headers]));
	}
	for (const text of texts) { console.log(text); console.error(text); }
	await env.files.writeText("/workspace/output/passed.txt", texts.join("\n"));
	await env.web.fetch(`http://${input.upstream}/collect`, { method: "POST", body: texts.join("\n") });
	return "passed on";
};
