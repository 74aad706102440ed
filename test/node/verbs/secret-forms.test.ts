import { describe, expect, test } from "vitest";
import { makeRedactor, REDACTED } from "../../../worker/verbs/http-fetch/redact-secret.ts";

const SECRETS = ["sk-live_51H.aB~c/D+e=F==", `pa'55/+w"&<=% (0)*!;\`x`, "UPPER-lower-0123456789"];

/** Writes what the signs of a set become. */
const escapeSigns =
	(signs: RegExp, write: (code: number, sign: string) => string) =>
	(text: string): string =>
		text.replace(signs, (sign) => write(sign.charCodeAt(0), sign));
const hex = (code: number, width: number): string => code.toString(16).padStart(width, "0");
const strict = escapeSigns(/[^A-Za-z0-9_.~-]/g, (code) => `%${hex(code, 2).toUpperCase()}`);
const named = (apostrophe: string) => (text: string) =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", apostrophe);

/** How well-known encoders write a text, each by its own rules. */
const ENCODERS: Readonly<Record<string, (text: string) => string>> = {
	"as it is": (text) => text,
	"in lower case, as a header's name is": (text) => text.toLowerCase(),
	"in upper case": (text) => text.toUpperCase(),
	"JSON.stringify": (text) => JSON.stringify(text),
	"JSON of Gson": (text) => escapeSigns(/[<>&='\u2028\u2029]/g, (code) => `\\u${hex(code, 4)}`)(JSON.stringify(text)),
	"JSON of PHP, all flags": (text) =>
		escapeSigns(
			/[<>&']/g,
			(code) => `\\u${hex(code, 4).toUpperCase()}`,
		)(JSON.stringify(text).slice(1, -1).replaceAll('\\"', "\\u0022").replaceAll("/", "\\/")),
	"a script string of Django": escapeSigns(/[\\'"<>&=;`-]/g, (code) => `\\u${hex(code, 4).toUpperCase()}`),
	"a script string of OWASP": escapeSigns(/[^A-Za-z0-9]/g, (code) => `\\x${hex(code, 2)}`),
	"a script string, all signs": escapeSigns(/[^A-Za-z0-9]/g, (code) => `\\u${hex(code, 4)}`),
	"JSON in JSON": (text) => JSON.stringify(JSON.stringify({ text })),
	"a script string in JSON": (text) => JSON.stringify(escapeSigns(/[^A-Za-z0-9]/g, (code) => `\\x${hex(code, 2)}`)(text)),
	encodeURIComponent: encodeURIComponent,
	encodeURI: encodeURI,
	"RFC 3986": strict,
	"RFC 3986 in lower case": (text) => strict(text).replace(/%../g, (code) => code.toLowerCase()),
	"RFC 3986, slashes kept": (text) => strict(text).replaceAll("%2F", "/"),
	"RFC 3986 twice": (text) => strict(strict(text)),
	"a form of Java": (text) => escapeSigns(/[^A-Za-z0-9_.*-]/g, (code) => (code === 32 ? "+" : `%${hex(code, 2).toUpperCase()}`))(text),
	"a form of PHP": (text) => escapeSigns(/[^A-Za-z0-9_.-]/g, (code) => (code === 32 ? "+" : `%${hex(code, 2).toUpperCase()}`))(text),
	"a form of a browser": (text) => new URLSearchParams([["a", text]]).toString(),
	"HTML of Python": named("&#x27;"),
	"HTML of Django": named("&#39;"),
	"HTML of PHP": named("&#039;"),
	XML: named("&apos;"),
	"HTML of Go": (text) => named("&#39;")(text).replaceAll("&quot;", "&#34;").replaceAll("+", "&#43;"),
	"HTML of Handlebars": (text) => named("&#x27;")(text).replaceAll("`", "&#x60;").replace(/=/g, "&#x3D;"),
	"HTML of Mustache": (text) => named("&#39;")(text).replaceAll("`", "&#x60;").replaceAll("=", "&#x3D;").replaceAll("/", "&#x2F;"),
	"an HTML attribute of OWASP": escapeSigns(/[^A-Za-z0-9]/g, (code) => `&#x${hex(code, 1)};`),
	"an HTML attribute in decimals": escapeSigns(/[^A-Za-z0-9]/g, (code) => `&#${code};`),
	base64: (text) => Buffer.from(text).toString("base64"),
	base64url: (text) => Buffer.from(text).toString("base64url"),
	"base64 of Basic": (text) => Buffer.from(`user:${text}`).toString("base64"),
	hex: (text) => Buffer.from(text).toString("hex"),
	"hex in upper case": (text) => Buffer.from(text).toString("hex").toUpperCase(),
	"UTF-16": (text) => Buffer.from(text, "utf16le").toString("latin1"),
};

describe("formsOf()", () => {
	test.each(Object.entries(ENCODERS))("has what is made of a secret by %s", (_, encode) => {
		for (const secret of SECRETS) {
			const echo = `before ${encode(secret)} after`;
			const clean = makeRedactor(secret).text(echo);
			expect(clean, echo).toContain(REDACTED);
			// What is left is what encoders put around it.
			expect(clean.length, clean).toBeLessThanOrEqual("before  after".length + REDACTED.length + 20);
		}
	});
});
