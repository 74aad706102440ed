/** A `format` of JSON Schema that is checked: what is wanted in words, and whether a text is one. Each is one look at a bounded text. */
export interface Format {
	readonly wanted: string;
	fits(text: string): boolean;
}

const FORMAT_CHARS = 4_096;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]+$/;
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/;
const LABEL = /^[A-Za-z0-9-]{1,63}$/;
const DATE_CHARS = 10;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isDate = (text: string): boolean => {
	const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
	if (year === undefined || month === undefined || day === undefined) return false;
	const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
	return day >= 1 && day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
};

/** A mailbox as forms take it (RFC 5321 §4.1.2 without quoted local parts, comments and addresses in brackets). */
const isEmail = (text: string): boolean => {
	const at = text.lastIndexOf("@");
	const local = text.slice(0, Math.max(at, 0));
	const labels = text.slice(at + 1).split(".");
	if (text.length > 254 || !LOCAL_PART.test(local) || local.startsWith(".") || local.endsWith(".") || local.includes("..")) return false;
	return labels.length > 1 && labels.every((label) => LABEL.test(label) && !label.startsWith("-") && !label.endsWith("-"));
};

const bounded = (wanted: string, fits: (text: string) => boolean): Format => ({
	wanted,
	fits: (text) => text.length <= FORMAT_CHARS && fits(text),
});

/** By the names of JSON Schema 2020-12 validation §7.3. */
export const FORMATS: ReadonlyMap<unknown, Format> = new Map([
	[
		"date-time",
		bounded(
			"a time like 2026-01-31T12:00:00Z (RFC 3339)",
			(text) => /^[Tt]$/.test(text.charAt(DATE_CHARS)) && isDate(text.slice(0, DATE_CHARS)) && TIME.test(text.slice(DATE_CHARS + 1)),
		),
	],
	["date", bounded("a date like 2026-01-31", isDate)],
	["email", bounded("an email address", isEmail)],
	["uri", bounded("a URI with its scheme", (text) => URI.test(text) && URL.canParse(text))],
	["uuid", bounded("a UUID", (text) => UUID.test(text))],
]);
