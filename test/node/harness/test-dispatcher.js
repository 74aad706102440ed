/** The Worker of the harness's tests: the real loader executor over HTTP, with a gate that asks the test's own server. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { HARNESS_MODULES } from "../../../worker/executor/harness-modules.ts";
import { harnessJob, isolateCode } from "../../../worker/executor/isolate-code.ts";
import { createLoaderExecutor } from "../../../worker/executor/loader.ts";

export class TestGate extends WorkerEntrypoint {
	async call(method, args, at) {
		const body = JSON.stringify({ grant: this.ctx.props.grant, token: this.ctx.props.token, method, args, at });
		const response = await this.env.GATE.fetch("http://gate/", { method: "POST", body });
		return response.headers.get("content-type") === "application/x-ndjson" ? response.body : await response.text();
	}
}

export default {
	async fetch(request, env, ctx) {
		const executor = createLoaderExecutor(env.LOADER, (props) => ctx.exports.TestGate({ props }));
		const path = new URL(request.url).pathname;
		const body = await request.json();
		if (path === "/compile") return Response.json(await executor.compile(body, "ten_test"));
		if (path === "/run") return Response.json(await executor.run(body, () => undefined));
		if (path === "/keep") {
			await executor.keep(body.runId);
			return new Response("");
		}
		if (path === "/spool") {
			const worker = env.LOADER.load(isolateCode(body, HARNESS_MODULES, {}));
			return new Response(await worker.getEntrypoint().run(harnessJob(body, true)));
		}
		return new Response("unknown path", { status: 404 });
	},
};
