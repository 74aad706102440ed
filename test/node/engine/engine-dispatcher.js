/** The Worker of the engine's tests: one engine isolate a name, made by Worker Loader, driven over HTTP. */
import { engineIsolateCode } from "../../../worker/executor/engine-isolate-code.ts";

const streamOf = (request) => request.body ?? new Response(new Uint8Array()).body;

export default {
	async fetch(request, env) {
		const url = new URL(request.url);
		const name = url.searchParams.get("engine") ?? "engine";
		const worker = env.LOADER.get(name, () =>
			engineIsolateCode({ js: env.ENGINE_JS, xlsx: env.ENGINE_XLSX, wasm: env.ENGINE_WASM }, 60_000),
		);
		const engine = worker.getEntrypoint();
		switch (url.pathname) {
			case "/load":
				return new Response(await engine.load(streamOf(request), Number(url.searchParams.get("bytes"))));
			case "/loaded":
				return Response.json(await engine.loaded());
			case "/query":
				return new Response(await engine.query(await request.text()));
			case "/write":
				return new Response(await engine.write(await request.text()));
			case "/draft": {
				const draft = await engine.draft();
				return draft === null
					? new Response("none", { status: 404 })
					: new Response(draft.image, { headers: { "x-bytes": String(draft.bytes) } });
			}
			case "/commit":
				return Response.json(await engine.commit());
			case "/discard":
				await engine.discard();
				return Response.json(true);
			case "/import":
				return new Response(await engine.importData(url.searchParams.get("options"), streamOf(request)));
			default:
				return new Response("unknown path", { status: 404 });
		}
	},
};
