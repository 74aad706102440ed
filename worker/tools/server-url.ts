import { Refusal } from "../../contract/errors.ts";
import { guardAddress, portOf } from "../verbs/http-fetch/address-guard.ts";
import { readTarget } from "../verbs/http-fetch/target-url.ts";
import { isJsonObject } from "../verbs/json-schema/plain-json.ts";
import type { OpenApiDocument } from "./read-document.ts";

const refused = (why: string): Refusal => new Refusal("invalid_request", `storing a tool server: url: ${why}`);

/**
 * A URL that tools may be asked at: https to a public address, or a host that the operator opened for development.
 * @throws Refusal `invalid_request`
 */
export const checkUrl = (text: string, developmentHosts: ReadonlySet<string>): string => {
	const target = readTarget(text);
	if (target.kind === "refused") throw refused(`found a URL that is refused: ${target.why}`);
	const { url } = target;
	const address = guardAddress(url, developmentHosts);
	if (address.kind === "refused") throw refused(`found an address that is refused: ${address.why}`);
	if (url.protocol !== "https:" && !developmentHosts.has(`${url.hostname}:${portOf(url)}`)) throw refused("found http, wanted https");
	return url.href;
};

/**
 * Where the API of a document is: what a person gave, or the document's first server.
 * @param documentUrl where the document was fetched; null when it was given. What a stranger serves does not say where else the secret goes: a fetched
 *   document's server lies at the same origin.
 * @throws Refusal `invalid_request`
 */
export const serverUrl = (
	document: OpenApiDocument,
	given: string | null,
	documentUrl: string | null,
	developmentHosts: ReadonlySet<string>,
): string => {
	if (given !== null) return withoutQuery(checkUrl(given, developmentHosts));
	const { servers } = document;
	const first: unknown = Array.isArray(servers) ? servers[0] : undefined;
	const text = isJsonObject(first) && typeof first["url"] === "string" ? fillVariables(first["url"], first["variables"]) : "/";
	const absolute = URL.parse(text, documentUrl ?? undefined);
	if (absolute === null) throw refused("found no absolute server URL in the document, wanted url beside it");
	const url = checkUrl(absolute.href, developmentHosts);
	if (documentUrl !== null && new URL(url).origin !== new URL(documentUrl).origin)
		throw refused("found a document whose server is at another origin, wanted document and url given by hand");
	return withoutQuery(url);
};

const withoutQuery = (href: string): string => {
	const url = new URL(href);
	url.search = "";
	return url.href;
};

const fillVariables = (text: string, variables: unknown): string =>
	text.replace(/\{([^{}]*)\}/g, (hole, name: string) => {
		const variable = isJsonObject(variables) && Object.hasOwn(variables, name) ? variables[name] : undefined;
		return isJsonObject(variable) && typeof variable["default"] === "string" ? variable["default"] : hole;
	});
