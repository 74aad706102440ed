import { FORMATS } from "./formats.ts";
import { RefusedSchema, type SchemaBuilder, type SchemaFields } from "./schema-source.ts";
import type { Checker, SchemaWalk } from "./schema-walk.ts";

const CHARS_A_STEP = 64;

/** `minLength`, `maxLength`, `pattern`, `format`: of strings only; other values fit. */
export const stringKeywords = (fields: SchemaFields, builder: SchemaBuilder): Checker[] => {
	const tests: ((text: string, walk: SchemaWalk) => string | null)[] = [];
	const [least, most] = [fields.count("minLength") ?? 0, fields.count("maxLength") ?? Number.POSITIVE_INFINITY];
	if (least > 0 || most < Number.POSITIVE_INFINITY) {
		tests.push((text, walk) => {
			const chars = codePoints(text, walk);
			if (chars < least) return `a string of at least ${least} characters`;
			return chars > most ? `a string of at most ${most} characters` : null;
		});
	}
	const source = fields.get("pattern");
	const pattern = source === undefined ? null : builder.pattern(source, fields.at("pattern"));
	if (pattern !== null) tests.push((text, walk) => (pattern.test(text, walk) ? null : `a string that fits ${shown(source)}`));
	const format = FORMATS.get(fields.get("format"));
	if (format === undefined && fields.get("format") !== undefined && builder.unknown === "refuse")
		throw new RefusedSchema(fields.at("format"), `found another format, wanted one of ${[...FORMATS.keys()].join(", ")}`);
	if (format !== undefined) {
		tests.push((text, walk) => {
			walk.spend(Math.ceil(text.length / CHARS_A_STEP));
			return format.fits(text) ? null : format.wanted;
		});
	}
	return tests.map((test) => (value, place, walk) => {
		const wanted = typeof value === "string" ? test(value, walk) : null;
		return wanted === null ? null : { place, value, wanted };
	});
};

/** `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`: of numbers only; other values fit. */
export const numberKeywords = (fields: SchemaFields): Checker[] => {
	const tests: [boundary: number | undefined, fits: (value: number, boundary: number) => boolean, wanted: string][] = [
		[fields.number("minimum"), (value, boundary) => value >= boundary, "a number of at least"],
		[fields.number("maximum"), (value, boundary) => value <= boundary, "a number of at most"],
		[fields.number("exclusiveMinimum"), (value, boundary) => value > boundary, "a number above"],
		[fields.number("exclusiveMaximum"), (value, boundary) => value < boundary, "a number below"],
		[fields.number("multipleOf"), isMultiple, "a multiple of"],
	];
	if ((fields.number("multipleOf") ?? 1) <= 0)
		throw new RefusedSchema(fields.at("multipleOf"), "found something else, wanted a number above 0");
	return tests.flatMap(([boundary, fits, wanted]): Checker[] => {
		if (boundary === undefined) return [];
		return [
			(value, place) => (typeof value !== "number" || fits(value, boundary) ? null : { place, value, wanted: `${wanted} ${boundary}` }),
		];
	});
};

/** Exact for whole numbers; for others within the last bits, so that 0.3 is a multiple of 0.1. */
const isMultiple = (value: number, of: number): boolean => {
	if (Number.isInteger(value) && Number.isInteger(of)) return value % of === 0;
	const quotient = value / of;
	return Math.abs(quotient - Math.round(quotient)) <= 2 * Number.EPSILON * Math.abs(quotient);
};

/** JSON Schema counts code points. */
const codePoints = (text: string, walk: SchemaWalk): number => {
	walk.spend(Math.ceil(text.length / CHARS_A_STEP));
	let pairs = 0;
	for (let index = 0; index < text.length; index += 1) if ((text.charCodeAt(index) & 0xfc00) === 0xd800) pairs += 1;
	return text.length - pairs;
};

const SHOWN_CHARS = 80;
const shown = (source: unknown): string => `/${String(source).slice(0, SHOWN_CHARS)}/`;
