/*
 * H23 Calls connect, raw fetch and other methods of a stub on its grants
 * wall: grants
 * ends: returns []
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const got = [];
	for (const [name, grant] of Object.entries(env)) for (const method of ["connect", "fetch", "queue", "scheduled", "tail", "email", "alarm", "webSocketMessage", "get", "idFromName", "exec", "prepare", "list", "put", "getRandom"]) {
		if (typeof grant[method] !== "function") continue;
		if ((name === "web" && method === "fetch") || (name === "state" && ["get", "put", "list"].includes(method)) || (name === "files" && method === "list")) continue;
		try {
			const made = await grant[method](input.forbidden);
			got.push(`ESCAPED ${name}.${method} ${String(made)}`);
		} catch (error) { if (typeof error.code !== "string" || error.code === "internal") got.push(`${name}.${method} ${error.message}`); }
	}
	return got;
};
