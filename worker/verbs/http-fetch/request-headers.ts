import { LIMITS } from "../../../contract/limits.ts";
import { isConnectionHeader, isDeceivingHeader, isHeaderValue, isWrittenHeaderName } from "./header-rules.ts";

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** `invalid`: no header can look so. `denied`: a header that a program may not set. */
export type HeaderCheck = { kind: "clean"; headers: HeaderList } | { kind: "invalid"; why: string } | { kind: "denied"; why: string };

/** A program's headers with lower-case names, without those of the connection. @param injected lower-case names that the grant sets itself. */
export const checkHeaders = (headers: HeaderList, injected: ReadonlySet<string> | null): HeaderCheck => {
	if (headers.length > LIMITS.headers) return { kind: "invalid", why: `found ${headers.length} headers, wanted at most ${LIMITS.headers}` };
	const clean: (readonly [string, string])[] = [];
	for (const [rawName, rawValue] of headers) {
		const name = rawName.toLowerCase();
		const value = withoutOuterBlanks(rawValue);
		if (!isWrittenHeaderName(rawName))
			return { kind: "invalid", why: `found the header name ${JSON.stringify(rawName.slice(0, 40))}, wanted a token` };
		if (!isHeaderValue(value))
			return { kind: "invalid", why: `found a value of ${name} with a line break or beyond ASCII, wanted printable ASCII` };
		if (injected?.has(name) === true) return { kind: "denied", why: `found ${name}, which the grant sets itself` };
		if (isDeceivingHeader(name)) return { kind: "denied", why: `found ${name}, which a program may not set` };
		if (!isConnectionHeader(name)) clean.push([name, value]);
	}
	const bytes = headerBytes(clean);
	if (bytes > LIMITS.headerBytes) return { kind: "invalid", why: `found ${bytes} bytes of headers, wanted at most ${LIMITS.headerBytes}` };
	return { kind: "clean", headers: clean };
};

/** By hand: a regular expression for the blanks at the end tries each run of blanks from each of its places. */
const withoutOuterBlanks = (value: string): string => {
	let from = 0;
	let to = value.length;
	while (from < to && isBlank(value[from])) from += 1;
	while (to > from && isBlank(value[to - 1])) to -= 1;
	return value.slice(from, to);
};

const isBlank = (character: string | undefined): boolean => character === " " || character === "\t";

/** Bytes of headers on the wire: name, colon and space, value, line end. Names and values are ASCII. */
export const headerBytes = (headers: HeaderList): number => headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
