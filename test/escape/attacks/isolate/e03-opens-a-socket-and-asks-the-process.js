/*
 * E03 Opens a socket, and asks the process, with what the runtime lets it import
 * wall: network
 * ends: returns []
 */
export default async (input, env) => {
	const got = [];
	try {
		const { connect } = await import(["cloudflare", "sockets"].join(":"));
		const s = connect("127.0.0.1:" + input.upstream.split(":")[1]);
		await s.opened;
		got.push("opened");
	} catch {}
	try {
		const { default: p } = await import(["node", "process"].join(":"));
		got.push(...Object.keys(p.env));
		for (const m of ["fs", "net", "child_process", "module", "vm", "worker_threads", "inspector"])
			if (p.getBuiltinModule("node:" + m) !== undefined) got.push(m);
	} catch {}
	return got;
};
