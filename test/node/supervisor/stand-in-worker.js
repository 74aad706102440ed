// A control plane small enough to start the supervisor with: tenants in D1, runs passed on to the executors, a gate that answers with what it was asked.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

export class AgentObject extends DurableObject {}

export class GateSocket extends WorkerEntrypoint {
	async fetch(request) {
		const call = await request.json();
		return Response.json({ kind: "value", value: JSON.stringify({ authorization: request.headers.get("authorization"), ...call }) });
	}
}

const tenants = async (request, env, path) => {
	if (request.headers.get("authorization") !== `Bearer ${env.ADMIN_TOKEN}`) return new Response("no", { status: 401 });
	await env.DB.exec("CREATE TABLE IF NOT EXISTS stand_in_tenants (id TEXT, name TEXT)");
	if (path.endsWith("/keys")) return Response.json({ id: "key_2", value: "cordon_second" }, { status: 201 });
	if (request.method === "POST") {
		await env.DB.exec("INSERT INTO stand_in_tenants VALUES ('ten_1', 'local')");
		return Response.json({ id: "ten_1", name: "local", key: { id: "key_1", value: "cordon_first" } }, { status: 201 });
	}
	const { results } = await env.DB.prepare("SELECT id, name FROM stand_in_tenants").all();
	return Response.json({ data: results, nextCursor: null });
};

export default {
	async fetch(request, env) {
		const { pathname } = new URL(request.url);
		if (pathname === "/healthz") {
			const { accepting } = await (await env.EXECUTOR_SERVICE.fetch("http://executors/status")).json();
			return new Response(null, { status: accepting ? 200 : 503 });
		}
		if (pathname.startsWith("/v1/tenants")) return tenants(request, env, pathname);
		if (pathname === "/bindings") return Response.json([env.EXECUTOR, env.SEAL_KEY.length, env.GATE_KEY.length, env.DEVELOPMENT_HOSTS]);
		if (pathname.startsWith("/executors/"))
			return env.EXECUTOR_SERVICE.fetch(
				new Request(`http://executors/${pathname.slice(11)}`, { method: request.method, body: request.body }),
			);
		return new Response("unknown path", { status: 404 });
	},
	async queue() {},
};
