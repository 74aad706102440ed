import { type GrantSchemas, openApiDocument } from "../../contract/openapi.ts";
import type { Handlers } from "../handler.ts";

/** The document does not change while a Worker lives: it is made at the first question. */
export const openApiHandlers = (grants: GrantSchemas): Handlers<"getOpenApi"> => {
	let text: string | null = null;
	return {
		async getOpenApi() {
			text ??= JSON.stringify(openApiDocument(grants));
			return new Response(text, { headers: { "content-type": "application/json" } });
		},
	};
};
