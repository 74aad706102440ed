import type { ServerResponse } from "node:http";
import { type SeenRequest, startUpstream, type Upstream } from "../node/verbs/upstream.ts";
import { wireOf } from "../providers/wire-formats.ts";

/** The two far sides of the corpus: what strangers own, and what the tenant owns. Both keep what arrives. */
export interface World extends AsyncDisposable {
	/** Pages, a model's provider, a ticket system; whatever is sent to `/c/<id>/…` belongs to the case of that id. */
	readonly outside: Upstream;
	/** The tenant's own services: mail, issues, reports. */
	readonly inside: Upstream;
	/** What a document says, by the case's id; each far side answers with it where the document is read. */
	readonly documents: Map<string, string>;
}

export const startWorld = async (): Promise<World> => {
	const documents = new Map<string, string>();
	const textOf = (request: SeenRequest): string => documents.get(idIn(`${request.path} ${request.body}`)) ?? "Nothing here.";
	const outside = await startUpstream((request, response) => answerOutside(request, response, textOf(request)));
	const inside = await startUpstream((request, response) =>
		json(response, { ok: true, title: "A letter", body: textOf(request), from: "stranger@elsewhere.example" }),
	);
	return {
		outside,
		inside,
		documents,
		[Symbol.asyncDispose]: async () => {
			await Promise.all([outside[Symbol.asyncDispose](), inside[Symbol.asyncDispose]()]);
		},
	};
};

/** The first id of a case in a request: `case-web-3`. */
const idIn = (text: string): string => /case-[a-z]+-[0-9]+/.exec(text)?.[0] ?? "";

const answerOutside = (request: SeenRequest, response: ServerResponse, text: string): void => {
	const url = new URL(request.path, "http://outside");
	const wire = wireOf(request.path, request.body);
	const to = url.searchParams.get("to");
	if (wire !== null) json(response, wire.format.whole({ parts: [text], usage: { input: 5, output: 5 } }));
	else if (url.pathname.startsWith("/tickets")) json(response, { text });
	else if (to !== null) response.writeHead(302, { location: to }).end();
	else response.writeHead(200, { "content-type": "text/html" }).end(text);
};

const json = (response: ServerResponse, body: unknown): void => {
	response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
};
