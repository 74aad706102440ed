/*
 * G03 Uses names that every object has as keys, models, columns, files and methods
 * wall: verbs
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const NAMES = ["constructor", "__proto__", "toString", "hasOwnProperty", "then", "prototype"];
export default async (input, env) => {
	const look = async (name) => {
		const wrong = [];
		await env.state.put(name, { [name]: name });
		if (!Object.hasOwn(await env.state.get(name), name)) wrong.push(`state ${name}`);
		await env.files.writeText(`/workspace/output/${name}`, name);
		if ((await env.files.readText(`/workspace/output/${name}`)) !== name) wrong.push(`files ${name}`);
		const rows = await env.sales.query(`select 1 as "${name}"`).catch((error) => error.code);
		if (rows === "internal") wrong.push(`sql ${name}`);
		const model = await env.llm.complete({ prompt: "x", model: name }).catch((error) => error.code);
		if (model !== "capability_not_granted") wrong.push(`model ${name} ${JSON.stringify(model)}`);
		await env.state.delete(name);
		for (const grant of Object.keys(env)) if (env[grant][name] !== undefined) wrong.push(`env.${grant}.${name}`);
		return wrong;
	};
	return (await Promise.all(NAMES.map(look))).flat();
};
