import { LIMITS } from "../../contract/limits.ts";

const WITH_HOSTS: ReadonlySet<string> = new Set(["https:", "http:", "wss:", "ws:"]);
/** What parsers of URLs read differently: a backslash, controls, blanks that some cut away. */
const AMBIGUOUS = /[\p{Cc}\\\s]/u;

/** The host that a URL names, as `URL.hostname` has it and without a trailing dot; null for text of which two readers could think differently. */
export const hostOfText = (text: string): string | null => {
	if (text.length > LIMITS.urlChars || AMBIGUOUS.test(text)) return null;
	const url = URL.parse(text);
	if (url === null || !WITH_HOSTS.has(url.protocol) || url.username !== "" || url.password !== "") return null;
	const host = url.hostname.endsWith(".") ? url.hostname.slice(0, -1) : url.hostname;
	return host === "" ? null : host;
};
