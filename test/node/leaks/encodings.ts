import { Buffer } from "node:buffer";

const reversed = (text: string): string => [...text].reverse().join("");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const hex = (text: string): string => Buffer.from(text).toString("hex");
const percent = (text: string): string => hex(text).replace(/../g, "%$&");

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const base32 = (text: string): string => {
	const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
	return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32.charAt(Number.parseInt(five.padEnd(5, "0"), 2))).join("");
};

const ROT13 = (text: string): string =>
	text.replace(/[a-z]/gi, (letter) => {
		const base = letter <= "Z" ? 65 : 97;
		return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
	});

/** The ways in which a program may write a value so that somebody else can read it back, each with a name. */
export const ENCODINGS: Readonly<Record<string, (text: string) => unknown>> = {
	"as it is": (text) => text,
	"in capitals": (text) => text.toUpperCase(),
	"in base64": base64,
	"in base64 after one byte": (text) => base64(`x${text}`),
	"in base64 after two bytes": (text) => base64(`xy${text}yz`),
	"in base64 for URLs": (text) => Buffer.from(`?>${text}?>`).toString("base64url"),
	"in base64 with line breaks": (text) => (base64(`user: ${text}`).match(/.{1,16}/g) ?? []).join("\r\n"),
	"in hex": hex,
	"in capital hex": (text) => hex(text).toUpperCase(),
	"in hex with colons": (text) => (hex(text).match(/../g) ?? []).join(":"),
	"in hex after half a byte": (text) => `a${hex(text)}`,
	"percent-encoded": percent,
	"percent-encoded twice": (text) => percent(text).replaceAll("%", "%25"),
	"percent-encoded in a URL": (text) => `https://example.com/?q=${encodeURIComponent(base64(text))}`,
	"in Unicode escapes": (text) =>
		JSON.stringify([...text].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")),
	"in JSON within JSON": (text) => JSON.stringify({ a: JSON.stringify({ b: text }) }),
	"in \\x escapes": (text) => hex(text).replace(/../g, "\\x$&"),
	"in numeric entities": (text) => [...text].map((sign) => `&#${sign.charCodeAt(0)};`).join(""),
	"in hex entities": (text) => [...text].map((sign) => `&#x${sign.charCodeAt(0).toString(16)};`).join(""),
	backwards: reversed,
	"backwards in base64": (text) => base64(reversed(text)),
	"base64, backwards": (text) => reversed(base64(text)),
	"hex, backwards": (text) => reversed(hex(text)),
	"with spaces": (text) => [...text].join(" "),
	"with dashes": (text) => [...text].join("-"),
	"with zero-width spaces": (text) => [...text].join("\u200b"),
	"as labels of a host": (text) => `https://${(hex(text).match(/.{1,30}/g) ?? []).join(".")}.example.com/`,
	"in base32": base32,
	"in small base32 after a letter": (text) => base32(`q${text}`).toLowerCase(),
	"moved by thirteen letters": ROT13,
	"as codes of characters": (text) => [...text].map((sign) => sign.charCodeAt(0)),
	"as bytes": (text) => new TextEncoder().encode(text),
	"as bytes of UTF-16": (text) => new Uint8Array(Buffer.from(text, "utf16le")),
	"in base64 of base64": (text) => base64(base64(`k=${text}`)),
	"in base64 of hex": (text) => base64(hex(text)),
	"in hex of base64": (text) => hex(base64(text)),
	"in base64 of hex of base64": (text) => base64(hex(base64(text))),
	"as a header's name": (text) => ({ headers: [[`x-${text}`, "1"]] }),
	"as a key": (text) => ({ [text]: 1 }),
	"as a key of a map": (text) => new Map([[text, 1]]),
	"in a set": (text) => new Set([text]),
	"in two arguments": (text) => [text.slice(0, 19), { then: text.slice(19) }],
	"in letters of an array": (text) => [...text],
};
