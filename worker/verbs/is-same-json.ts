/**
 * Whether two parts of parsed grants are the same JSON; undefined is a part that is left out. The order of fields counts where the schema does not settle it: a query's
 * parameters and a template's body go out in the order that they stand in.
 */
export const isSameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
