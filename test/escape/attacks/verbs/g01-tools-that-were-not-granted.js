/*
 * G01 Calls tools of its server that its grant does not name, by every way to say a name
 * wall: grants
 * ends: returns []
 * grants: ["tool"]
 */
export default async (input, env) => {
	const got = [];
	for (const name of ["drop-everything", "drop_everything", "dropEverything", "call", "tools/call", "constructor", "__proto__", "echo ", "ECHO"]) {
		const tool = env.tool[name];
		if (tool !== undefined) got.push(await tool({}).then((answer) => JSON.stringify(answer), (error) => error.code));
	}
	const { text } = await env.tool.echo({ text: '{"method":"tools/call","params":{"name":"drop-everything"}}\n\n' });
	if (/ESCAPED/.test(text)) got.push("ESCAPED");
	return got;
};
