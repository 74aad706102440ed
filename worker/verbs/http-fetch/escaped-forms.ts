/** Signs that an encoder does not leave as they are, and what it makes of one. */
interface Encoder {
	readonly signs: RegExp;
	write(code: number): string;
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");
const upper = (text: string): string => text.toUpperCase();

const percent = (code: number): string => `%${upper(hex(code, 2))}`;
const plusForBlank = (code: number): string => (code === 32 ? "+" : percent(code));
const unicode = (code: number): string => `\\u${hex(code, 4)}`;
const unicodeUpper = (code: number): string => `\\u${upper(hex(code, 4))}`;

/** Names of HTML for the signs of markup; those that one encoder writes in a way of its own stand before them. */
const named =
	(own: Readonly<Record<string, string>>): Encoder["write"] =>
	(code) => {
		const sign = String.fromCharCode(code);
		return new Map(Object.entries({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", ...own })).get(sign) ?? sign;
	};

const EVERY_SIGN = /[^A-Za-z0-9]/g;
const MARKUP = /[&<>"'`=/+]/g;

/** What encoders in wide use make of a text: each row is one of them, or several that agree. */
const ENCODERS: readonly Encoder[] = [
	// RFC 3986 §2.3 to the letter, and with the slashes of a path; JavaScript's own leaves !'()* as they are.
	{ signs: /[^A-Za-z0-9_.~-]/g, write: percent },
	{ signs: /[^A-Za-z0-9_.~/-]/g, write: percent },
	// Forms of browsers, Java and PHP.
	{ signs: /[^A-Za-z0-9_.*-]/g, write: plusForBlank },
	{ signs: /[^A-Za-z0-9_.-]/g, write: plusForBlank },
	// HTML and XML.
	...["'", "&#39;", "&#x27;", "&#039;", "&apos;"].map((apostrophe) => ({ signs: MARKUP, write: named({ "'": apostrophe }) })),
	{ signs: MARKUP, write: named({ "'": "&#39;", '"': "&#34;", "+": "&#43;" }) },
	{ signs: MARKUP, write: named({ "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;" }) },
	{ signs: MARKUP, write: named({ "'": "&#39;", "`": "&#x60;", "=": "&#x3D;", "/": "&#x2F;" }) },
	{ signs: EVERY_SIGN, write: (code) => `&#x${hex(code, 1)};` },
	{ signs: EVERY_SIGN, write: (code) => `&#x${upper(hex(code, 1))};` },
	{ signs: EVERY_SIGN, write: (code) => `&#${code};` },
	// Strings of scripts.
	{ signs: /[\\'"<>&=;`-]/g, write: unicodeUpper },
	{ signs: EVERY_SIGN, write: unicode },
	{ signs: EVERY_SIGN, write: unicodeUpper },
	{ signs: EVERY_SIGN, write: (code) => `\\x${hex(code, 2)}` },
	{ signs: EVERY_SIGN, write: (code) => `\\x${upper(hex(code, 2))}` },
];

/** The same for a text that is a JSON string already, whose quotes and backslashes are escaped: JSON that may stand in HTML. */
const JSON_ENCODERS: readonly Encoder[] = [
	{ signs: /[<>&]/g, write: unicode },
	{ signs: /[<>&=']/g, write: unicode },
	{ signs: /[&'+<>`]/g, write: unicode },
	{ signs: /[&'+<>`]/g, write: unicodeUpper },
	{ signs: /[&'<>]/g, write: unicodeUpper },
];

const encode = (text: string, { signs, write }: Encoder): string => text.replace(signs, (sign) => write(sign.charCodeAt(0)));

/** A secret as encoders write it that escape its signs one by one. @param secret printable ASCII */
export const escapedForms = (secret: string): readonly string[] => {
	const json = JSON.stringify(secret).slice(1, -1);
	const slashes = (text: string): string => text.replaceAll("/", "\\/");
	// Some write the quote by its number too.
	const numbered = json.replaceAll('\\"', "\\u0022");
	const inJson = [json, numbered].flatMap((text) => [text, ...JSON_ENCODERS.map((encoder) => encode(text, encoder))]);
	const escaped = ENCODERS.map((encoder) => encode(secret, encoder));
	const inUrls = escaped.slice(0, 4);
	// A text with escapes as a string of JSON once more, as in a log of requests.
	const again = (texts: readonly string[]): string[] => texts.map((text) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"'));
	// The usual ones first: a secret of very many signs may have no room for all.
	return [
		...inJson,
		...inJson.map(slashes),
		...escaped,
		...inUrls.map((text) => text.replace(/%../g, (code) => code.toLowerCase())),
		// Inside a URL that is itself a part of one.
		...inUrls.map((text) => encode(text, { signs: /[^A-Za-z0-9_.~-]/g, write: percent })),
		...again(inJson),
		...again(escaped),
	];
};
