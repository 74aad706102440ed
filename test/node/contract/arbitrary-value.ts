import fc from "fast-check";

const key = fc.oneof(
	fc.string({ unit: "binary", maxLength: 8 }),
	fc.constantFrom("__proto__", "constructor", "$date", "$", "then", "toJSON", "length", "0", "as", ""),
);

const record = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
	fc.array(fc.tuple(key, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));

const leaf: fc.Arbitrary<unknown> = fc.oneof(
	fc.string({ unit: "binary", maxLength: 20 }),
	fc.string({ unit: "grapheme", maxLength: 10 }),
	fc.constantFrom("\ud800", "\udfff", "\u0000", "\u2028", "$date"),
	fc.double(),
	fc.integer(),
	fc.boolean(),
	fc.bigInt(),
	fc.constantFrom(null, undefined, Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
	fc.date({ noInvalidDate: false }),
	fc.uint8Array({ maxLength: 20 }),
);

/** Any value that may cross the wall and that the host decodes to its own kind. */
export const arbitraryValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 6, depthSize: "small" },
		leaf,
		fc.array(tie("value"), { maxLength: 5 }),
		record(tie("value")),
		fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
		fc.array(tie("value"), { maxLength: 4 }).map((values) => new Set(values)),
	),
})).value;
