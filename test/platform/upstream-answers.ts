import type { IncomingMessage, ServerResponse } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

/** The credential that a request carries, without its scheme. */
const credentialOf = (request: IncomingMessage): string => String(request.headers.authorization ?? "none").replace("Bearer ", "");

const escapes = (text: string, write: (code: number) => string): string =>
	[...text].map((character) => write(character.charCodeAt(0))).join("");

/** Letters and digits as they are. */
const signs = (text: string, write: (code: number) => string): string => text.replace(/[^A-Za-z0-9]/g, (sign) => write(sign.charCodeAt(0)));

/** Every form in which far sides echo what they were sent, without meaning to hide it. */
const formsOf = (text: string): Readonly<Record<string, string>> => {
	const bytes = Buffer.from(text);
	const base64Of = (whole: string): string => Buffer.from(whole).toString("base64");
	return {
		plain: text,
		base64: bytes.toString("base64"),
		base64url: bytes.toString("base64url"),
		base64After1: base64Of(`:${text}`),
		base64After2: base64Of(`a:${text}`),
		base64Within: base64Of(`user:${text}:more`),
		hex: bytes.toString("hex"),
		hexUpper: bytes.toString("hex").toUpperCase(),
		percent: encodeURIComponent(text),
		percentAll: escapes(text, (code) => `%${code.toString(16)}`),
		percentAllUpper: escapes(text, (code) => `%${code.toString(16).toUpperCase()}`),
		json: JSON.stringify(text),
		html: `<p title="${text}">${text}</p>`,
		form: new URLSearchParams({ token: text }).toString(),
		url: `https://example.com/${text}?token=${text}#${text}`,
		within: `prefix${text}suffix`,
		twice: `${text}${text}`,
		header: `Bearer ${text}`,
		basic: `Basic ${base64Of(`user:${text}`)}`,
		lower: text.toLowerCase(),
		upper: text.toUpperCase(),
		attribute: signs(text, (code) => `&#x${code.toString(16)};`),
		attributeInDecimals: signs(text, (code) => `&#${code};`),
		script: signs(text, (code) => `\\x${code.toString(16)}`),
		scriptInUnicode: signs(text, (code) => `\\u00${code.toString(16)}`),
		scriptInUnicodeUpper: signs(text, (code) => `\\u00${code.toString(16).toUpperCase()}`),
		percentTwice: encodeURIComponent(encodeURIComponent(text)),
	};
};

/** A form of `formsOf` in the header of its name, one header each. */
const headersOf = (forms: Readonly<Record<string, string>>): Record<string, string> =>
	Object.fromEntries(Object.entries(forms).map(([name, text]) => [`x-${name.toLowerCase()}`, text]));

const PACKED = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync } as const;
const packerOf = (name: string): ((text: string) => Buffer) | null =>
	name === "gzip" || name === "br" || name === "deflate" ? PACKED[name] : null;

/**
 * What a hostile far side answers: `/forms` the credential in every usual form, in the body and in headers; `/packed?as=gzip` the same compressed;
 * `/parts?bytes=` the credential in chunks of so many bytes; `/answer?status=&headers=&body=` anything; `/raw?base64=` those bytes and nothing else, with the credential for `{credential}`;
 * `/bomb?as=gzip&bytes=` so many zeros compressed; `/many?headers=` so many headers; `/circle` redirects to itself.
 * @returns false when the path is none of these
 */
export const answerOddly = (request: IncomingMessage, response: ServerResponse, url: URL): boolean => {
	const asked = (name: string): string => url.searchParams.get(name) ?? "";
	const credential = credentialOf(request);
	switch (url.pathname) {
		case "/forms": {
			const forms = formsOf(credential);
			response.writeHead(200, { "content-type": "application/json", ...headersOf(forms) }).end(JSON.stringify(forms));
			return true;
		}
		case "/packed": {
			const pack = packerOf(asked("as"));
			const text = JSON.stringify(formsOf(credential));
			response.writeHead(200, { "content-type": "application/json", "content-encoding": asked("as") }).end(pack?.(text) ?? text);
			return true;
		}
		case "/parts": {
			const text = `before ${credential} after`;
			const bytes = Math.max(1, Number(asked("bytes")));
			response.writeHead(200, { "content-type": "text/plain" });
			for (let at = 0; at < text.length; at += bytes) response.write(text.slice(at, at + bytes));
			response.end();
			return true;
		}
		case "/answer": {
			const headers: [string, string][] = JSON.parse(asked("headers") || "[]");
			for (const [name, value] of headers) response.appendHeader(name, value.replaceAll("{credential}", credential));
			response.writeHead(Number(asked("status") || 200)).end(asked("body").replaceAll("{credential}", credential));
			return true;
		}
		case "/raw":
			request.socket.end(
				Buffer.from(Buffer.from(asked("base64"), "base64").toString("latin1").replaceAll("{credential}", credential), "latin1"),
			);
			return true;
		case "/bomb": {
			const zeros = Buffer.alloc(Number(asked("bytes")));
			response.writeHead(200, { "content-type": "text/plain", "content-encoding": asked("as") });
			response.end(asked("as") === "br" ? brotliCompressSync(zeros) : gzipSync(zeros));
			return true;
		}
		case "/circle":
			response.writeHead(302, { location: "/circle" }).end();
			return true;
		case "/many":
			for (let index = 0; index < Number(asked("headers")); index += 1) response.setHeader(`x-${index}`, "1");
			response.end("many");
			return true;
		default:
			return false;
	}
};
