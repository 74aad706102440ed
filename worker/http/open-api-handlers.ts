import { openApiDocument } from "../../contract/openapi.ts";
import type { Handlers } from "../handler.ts";

let text: string | null = null;

/** The document does not change while a Worker lives: it is made at the first question. */
const documentText = (): string => {
	text ??= JSON.stringify(openApiDocument());
	return text;
};

export const openApiHandlers: Handlers<"getOpenApi"> = {
	async getOpenApi() {
		return new Response(documentText(), { headers: { "content-type": "application/json" } });
	},
};
