/** Headers that belong to the connection: a program's are left out without a word, as a browser does, and the host sends its own. */
const CONNECTION_HEADERS = new Set([
	"accept-encoding",
	"connection",
	"content-length",
	"date",
	"expect",
	"http2-settings",
	"keep-alive",
	"te",
	"trailer",
	"transfer-encoding",
]);

/** Headers that would make the far side or something on the way take the request for another: refused in words. */
const DECEIVING_HEADERS = new Set([
	"alt-used",
	"client-ip",
	"forwarded",
	"host",
	"max-forwards",
	"true-client-ip",
	"upgrade",
	"via",
	"x-client-ip",
	"x-cluster-client-ip",
	"x-forwarded",
	"x-http-method",
	"x-http-method-override",
	"x-method-override",
	"x-original-host",
	"x-original-method",
	"x-original-url",
	"x-real-ip",
	"x-rewrite-url",
]);
const DECEIVING_PREFIXES = ["proxy-", "x-forwarded-", "cf-"];

const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const WRITTEN_TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110 §5.5 without obs-text: every runtime sends these bytes as they are. */
const VALUE = /^[\t\x20-\x7e]*$/;

/** @param name in lower case */
export const isHeaderName = (name: string): boolean => TOKEN.test(name);
/** For a name as it was written: the Kelvin sign has `k` for its lower case, and would be another header's name to rules that look at the arguments. */
export const isWrittenHeaderName = (name: string): boolean => WRITTEN_TOKEN.test(name);
export const isHeaderValue = (value: string): boolean => VALUE.test(value);
export const isConnectionHeader = (name: string): boolean => CONNECTION_HEADERS.has(name) || name.startsWith("sec-");
export const isDeceivingHeader = (name: string): boolean =>
	DECEIVING_HEADERS.has(name) || DECEIVING_PREFIXES.some((prefix) => name.startsWith(prefix));

/** Why a grant may not inject into a header of this lower-case name, or null. */
export const headerFault = (name: string): string | null => {
	if (!isHeaderName(name)) return "wanted a header name: letters, digits and a few signs";
	if (isConnectionHeader(name) || isDeceivingHeader(name)) return "found a header that belongs to the connection or its route";
	return null;
};

/** Whether a program's header may carry a credential, by its lower-case name: such a header stays with the origin it was written for. */
export const isCredentialHeader = (name: string): boolean =>
	/auth|cookie|token|key|secret|session|credential|signature|password/.test(name);
