/** What is metered, on every level. Whole numbers only: `usdMicros` are millionths of a US dollar. */
export const DIMENSIONS = ["runs", "calls", "cpuMs", "wallMs", "tokens", "egressBytes", "usdMicros"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** An amount in every dimension. */
export type Vector = { readonly [dimension in Dimension]: number };
/** An amount in some dimensions; the others are zero. */
export type PartialVector = { readonly [dimension in Dimension]?: number };

export const ZERO: Vector = { runs: 0, calls: 0, cpuMs: 0, wallMs: 0, tokens: 0, egressBytes: 0, usdMicros: 0 };

const combine = (left: PartialVector, right: PartialVector, join: (left: number, right: number) => number): Vector => ({
	runs: join(left.runs ?? 0, right.runs ?? 0),
	calls: join(left.calls ?? 0, right.calls ?? 0),
	cpuMs: join(left.cpuMs ?? 0, right.cpuMs ?? 0),
	wallMs: join(left.wallMs ?? 0, right.wallMs ?? 0),
	tokens: join(left.tokens ?? 0, right.tokens ?? 0),
	egressBytes: join(left.egressBytes ?? 0, right.egressBytes ?? 0),
	usdMicros: join(left.usdMicros ?? 0, right.usdMicros ?? 0),
});

export const addVectors = (left: PartialVector, right: PartialVector): Vector => combine(left, right, (a, b) => a + b);
export const subtractVectors = (left: PartialVector, right: PartialVector): Vector => combine(left, right, (a, b) => a - b);
/** The given amounts, the rest zero; fractions are rounded up, since what is used is never less. */
export const toVector = (amounts: PartialVector): Vector => combine(amounts, ZERO, (amount) => Math.ceil(amount));

export const isZero = (amount: PartialVector): boolean => DIMENSIONS.every((dimension) => (amount[dimension] ?? 0) === 0);
