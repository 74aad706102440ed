import { LIMITS } from "../../../contract/limits.ts";
import { splitPath } from "./path-glob.ts";

export type TargetReading = { kind: "target"; url: URL } | { kind: "refused"; why: string };

/** Encoded dots, slashes, backslashes and controls, also encoded twice: a far side that decodes once more would see another path. */
const ENCODED_TRICK = /%(?:25)*(?:2e|2f|5c|[01][0-9a-f]|7f)/i;
const ENCODED_WHY = "it has an encoded dot, slash, backslash or control character";
const RAW_TRICK = /[\p{Cc}\\]/u;

const refused = (why: string): TargetReading => ({ kind: "refused", why });

/**
 * Parses a URL once; what it gives is what is decided on and what is sent. The fragment and a trailing dot of the host are removed.
 * @param base the URL that a redirect's `location` is relative to.
 */
export const readTarget = (text: string, base?: URL): TargetReading => {
	if (text.length > LIMITS.urlChars) return refused(`it has more than ${LIMITS.urlChars} characters`);
	const [beforeQuery = ""] = text.split(/[?#]/, 1);
	if (RAW_TRICK.test(beforeQuery)) return refused("it holds a backslash or a control character");
	// Here as well as below, since the parser resolves encoded dot segments without a trace.
	if (ENCODED_TRICK.test(beforeQuery)) return refused(ENCODED_WHY);
	const url = URL.parse(text, base?.href);
	if (url === null) return refused(base === undefined ? "it is no absolute URL" : "it is no URL");
	if (url.protocol !== "https:" && url.protocol !== "http:") return refused("its scheme is neither https nor http");
	if (url.username !== "" || url.password !== "") return refused("it carries a user name or a password");
	if (url.pathname.includes("//")) return refused("its path has an empty segment");
	if (splitPath(url.pathname).length > LIMITS.urlSegments) return refused(`its path has more than ${LIMITS.urlSegments} segments`);
	if (url.pathname.includes(";")) return refused("its path has a ; in it");
	if (ENCODED_TRICK.test(url.pathname)) return refused(ENCODED_WHY);
	if (url.hostname.endsWith(".")) url.hostname = url.hostname.slice(0, -1);
	url.hash = "";
	if (url.href.length > LIMITS.urlChars) return refused(`it has more than ${LIMITS.urlChars} characters`);
	return { kind: "target", url };
};
