import { Refusal } from "../../contract/errors.ts";
import { shownText } from "./shown-text.ts";

/** A name or an address in brackets, and a port (RFC 9110 §7.2). Nothing in it can end the authority of a URL and so move the path. */
const HOST = /^(?:[a-z0-9._-]{1,255}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

const PATH = /^https?:\/\/[^/?#]+\//;

/**
 * Checks what a request's URL is made of: a Host that is none would put the client's own text before the path, so that whoever stands in front reads
 * another path than this server does. Two Host headers arrive joined by a comma (RFC 9112 §3.2: 400). Transfer codings other than chunked are nobody's here.
 * @throws Refusal `invalid_request`
 */
export const checkHead = (request: Request): void => {
	const host = request.headers.get("host");
	if (host !== null && !HOST.test(host)) throw wrong(`Host "${shownText(host)}"`, "one name or address, with at most a port");
	// A target of `*` would stand in the host's place.
	if (!PATH.test(request.url) || !URL.canParse(request.url)) throw wrong("a target that is no path", "one that begins with /");
	const coding = request.headers.get("transfer-encoding");
	if (coding !== null && coding.trim().toLowerCase() !== "chunked")
		throw wrong(`Transfer-Encoding "${shownText(coding)}"`, "chunked, or none");
};

const wrong = (found: string, wanted: string): Refusal =>
	new Refusal("invalid_request", `Reading the request's head: found ${found}, wanted ${wanted}`);
