/*
 * X22 Has the echo cut into parts of 1 to 20 bytes, and reads it whole, as a stream and as a handle
 * wall: secrets
 * ends: returns ["before [redacted] after"]
 * limits: { "cpuMs": 2000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const said = new Set();
	for (const bytes of [1, 9]) {
		const url = `http://${input.upstream}/parts?bytes=${bytes}`;
		said.add(await (await env.web.fetch(url)).text());
		let text = "";
		for await (const part of env.web.stream(url)) text += typeof part === "string" ? part : new TextDecoder().decode(part, { stream: true });
		said.add(text);
		const kept = await env.web.fetch(url, { as: "handle" });
		await env.files.write("/workspace/output/echo.txt", kept);
		said.add(await env.files.readText("/workspace/output/echo.txt"));
	}
	return [...said];
};
