// Tries to take what was not granted, and reports what came of each try. Nothing here is held back.
const attempt = async (what, work) => {
	try {
		const got = await work();
		return { what, got: got === undefined ? "nothing" : String(got).slice(0, 160) };
	} catch (error) {
		return { what, refused: `${error.code ?? error.name}: ${String(error.message).slice(0, 160)}` };
	}
};

export default async (input, env) => [
	await attempt("read the environment", () => (typeof process === "undefined" ? undefined : JSON.stringify(process.env))),
	await attempt("list the bindings", async () => Object.keys((await import("cloudflare:workers")).env).join(",") || undefined),
	await attempt("read the host's files through a module", () => import("node:fs")),
	await attempt("read a file outside the mounts", () => env.files.readText("/etc/passwd")),
	await attempt("climb out of a mount", () => env.files.readText("/workspace/input/../../etc/passwd")),
	await attempt("read another agent's report", () => env.files.readText(`/workspace/../${input.otherRun}/workspace/output/report.csv`)),
	await attempt("overwrite an input", () => env.files.writeText("/workspace/input/normals.csv", "gone")),
	await attempt("use a grant of another agent", () => env.signer.sign("pay me")),
	await attempt("reach the network", async () => (await fetch(input.elsewhere)).status),
	await attempt("reach the cloud's metadata", async () => (await env.weather.fetch("http://169.254.169.254/latest/meta-data/")).status),
	await attempt("reach the platform itself", async () => (await env.weather.fetch(input.platform)).status),
	await attempt("open a socket", async () => (await import("cloudflare:sockets")).connect("127.0.0.1:22").opened),
	await attempt("have the credential echoed", async () => {
		const seen = await (await env.weather.fetch(input.echoUrl)).text();
		return seen.includes(input.marker) ? seen : undefined;
	}),
	await attempt("set the credential's header", () => env.weather.fetch(input.echoUrl, { headers: { authorization: "Bearer mine" } })),
	await attempt("make code from text", () => eval("1 + 1")),
	await attempt("forge a call", () => env.files.constructor.constructor("return 1")()),
];
