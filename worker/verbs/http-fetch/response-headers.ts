import { LIMITS } from "../../../contract/limits.ts";
import { type HeaderList, headerBytes } from "./request-headers.ts";

/** Headers that set something in a client or describe the connection and the encoding that is gone: of no use to a program. */
const DROPPED = new Set([
	"alt-svc",
	"alt-used",
	"clear-site-data",
	"connection",
	"content-encoding",
	"expect-ct",
	"keep-alive",
	"nel",
	"proxy-authenticate",
	"proxy-authentication-info",
	"public-key-pins",
	"public-key-pins-report-only",
	"refresh",
	"report-to",
	"reporting-endpoints",
	"service-worker-allowed",
	"set-cookie",
	"set-cookie2",
	"set-login",
	"strict-transport-security",
	"trailer",
	"transfer-encoding",
	"upgrade",
]);

/** Relations that would make a client fetch. Others, such as `rel="next"` of a list, stay. */
const FETCHING_RELATION = /\b(?:preload|prefetch|preconnect|dns-prefetch|modulepreload|prerender)\b/;

/**
 * The headers that a program gets, or null when there are more of them, or more bytes, than the platform takes.
 * @param hasBody false for HEAD, where `content-length` tells something that the body does not.
 */
export const keepHeaders = (headers: Headers, hasBody: boolean): HeaderList | null => {
	const all = [...headers];
	if (all.length > LIMITS.headers || headerBytes(all) > LIMITS.headerBytes) return null;
	const kept: (readonly [string, string])[] = [];
	for (const [rawName, value] of all) {
		const name = rawName.toLowerCase();
		if (DROPPED.has(name) || (hasBody && name === "content-length")) continue;
		const safe = name === "link" ? withoutFetchingLinks(value) : value;
		if (safe !== "") kept.push([name, safe]);
	}
	return kept;
};

const withoutFetchingLinks = (value: string): string =>
	value
		.split(/,\s*(?=<)/)
		.filter((link) => !isFetchingLink(link))
		.join(", ");

/** Cut at every delimiter first, so that each character is looked at a fixed number of times: the far side writes up to LIMITS.headerBytes of them. */
const isFetchingLink = (link: string): boolean =>
	link
		.toLowerCase()
		.split(/[;,]/)
		.some((parameter) => {
			const parts = parameter.split("=");
			const name = parts.findIndex((part) => part.trimEnd().endsWith("rel"));
			return name !== -1 && parts.slice(name + 1).some((part) => FETCHING_RELATION.test(part));
		});

const TEXT_TYPE =
	/^(?:text\/[^;]+|application\/(?:[\w.+-]+\+)?(?:json|xml)|application\/(?:x-)?(?:javascript|ecmascript|ndjson|yaml|www-form-urlencoded)|application\/(?:graphql|jsonl|x-ndjson|x-www-form-urlencoded)|[\w.+-]+\/[\w.+-]+\+(?:json|xml))$/;

/** A body as a program gets it: text when the content type is text and the bytes are UTF-8, else bytes. A byte order mark stays. */
export const textOrBytes = (bytes: Uint8Array, contentType: string | null): string | Uint8Array => {
	if (bytes.length === 0) return "";
	const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
	if (!TEXT_TYPE.test(type)) return bytes;
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return bytes;
	}
};
