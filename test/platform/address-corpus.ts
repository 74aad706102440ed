import { HOSTILE_URLS } from "../node/verbs/hostile-urls.ts";

type Quad = readonly [number, number, number, number];

/** The first, the last and the best-known addresses of every IPv4 range that is not the public internet. */
const INWARD: readonly Quad[] = [
	[0, 0, 0, 0],
	[0, 255, 255, 255],
	[10, 0, 0, 1],
	[10, 255, 255, 255],
	[100, 64, 0, 1],
	[100, 100, 100, 200],
	[100, 127, 255, 255],
	[127, 0, 0, 1],
	[127, 0, 0, 53],
	[127, 255, 255, 254],
	[168, 63, 129, 16],
	[169, 254, 0, 1],
	[169, 254, 169, 254],
	[169, 254, 170, 2],
	[172, 16, 0, 1],
	[172, 17, 0, 1],
	[172, 31, 255, 255],
	[192, 0, 0, 192],
	[192, 0, 2, 1],
	[192, 88, 99, 1],
	[192, 168, 0, 1],
	[192, 168, 255, 255],
	[198, 18, 0, 1],
	[198, 19, 255, 255],
	[198, 51, 100, 1],
	[203, 0, 113, 1],
	[224, 0, 0, 1],
	[239, 255, 255, 250],
	[240, 0, 0, 1],
	[255, 255, 255, 255],
];

const dotted = (quad: Quad): string => quad.join(".");
const whole = ([a, b, c, d]: Quad): number => ((a * 256 + b) * 256 + c) * 256 + d;
const hexPair = (high: number, low: number): string => (high * 256 + low).toString(16);
const fullWidth = (text: string): string =>
	text.replace(/[0-9.]/g, (sign) => (sign === "." ? "\u3002" : String.fromCharCode(0xff10 + Number(sign))));
const percent = (text: string): string => [...text].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join("");

/** Every way to write one IPv4 address as the host of a URL. */
const NOTATIONS: readonly ((quad: Quad) => string)[] = [
	dotted,
	(quad) => `${dotted(quad)}.`,
	(quad) => String(whole(quad)),
	(quad) => `0x${whole(quad).toString(16)}`,
	(quad) => `0${whole(quad).toString(8)}`,
	(quad) => quad.map((part) => `0x${part.toString(16)}`).join("."),
	(quad) => quad.map((part) => `0${part.toString(8)}`).join("."),
	([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
	([a, b, c, d]) => `0x${a.toString(16)}.${b}.0${(c * 256 + d).toString(8)}`,
	(quad) => fullWidth(dotted(quad)),
	(quad) => percent(dotted(quad)),
	(quad) => `[::ffff:${dotted(quad)}]`,
	([a, b, c, d]) => `[::ffff:${hexPair(a, b)}:${hexPair(c, d)}]`,
	(quad) => `[::ffff:0:${dotted(quad)}]`,
	(quad) => `[64:ff9b::${dotted(quad)}]`,
	(quad) => `[64:ff9b:1::${dotted(quad)}]`,
	([a, b, c, d]) => `[2002:${hexPair(a, b)}:${hexPair(c, d)}::1]`,
	(quad) => `[::${dotted(quad)}]`,
	([a, b, c, d]) => `[2001:0:${hexPair(a, b)}:${hexPair(c, d)}::]`,
	([a, b, c, d]) => `[2607:f8b0::5efe:${hexPair(a, b)}:${hexPair(c, d)}]`,
	(quad) => `example.com@${dotted(quad)}`,
];

/** Distinct URLs, none of which may ever be fetched for a program: each inward address in each notation, and what else has fooled a parser somewhere. */
export const ADDRESS_CORPUS: readonly string[] = [
	...new Set([...INWARD.flatMap((quad) => NOTATIONS.map((write) => `http://${write(quad)}/`)), ...HOSTILE_URLS]),
];
