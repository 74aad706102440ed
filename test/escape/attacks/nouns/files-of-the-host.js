/*
 * X27 Reads the host's files by paths that leave the mounts
 * wall: nouns
 * ends: returns []
 * limits: { "wallMs": 25000, "cpuMs": 1500 }
 */
export default async (input, env) => {
	const targets = ["/etc/passwd", "/proc/self/environ", "/proc/self/maps", "/proc/1/cmdline", "/workspace/../etc/passwd", "/workspace/input/../../etc/passwd", "/workspace/input/..%2f..%2fetc/passwd", "/workspace/input/\0/etc/passwd", "/workspace/input//etc/passwd", "~/.ssh/id_rsa", ".cordon/key", "/executor/config.capnp", "/run/control.sock", "file:///etc/passwd", "\\\\?\\C:\\", "/workspace/input/./../input/../../proc/self/environ", "/bundle/harness.js", "/dev/mem", "/workspace/input/．．/x", "C:\\windows\\win.ini"];
	const got = [];
	await Promise.all(targets.flatMap((path) => ["readText", "readBytes", "list", "stat", "exists"].map(async (method) => {
		try { const value = await env.files[method]?.(path); if (value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)) got.push(`ESCAPED ${method} ${path} ${String(value).slice(0, 40)}`); } catch (error) { if (typeof error.code !== "string" || error.code === "internal") got.push(`${method} ${path}: ${error.message}`); }
	})));
	return got;
};
