/**
 * Names that no method of a grant bears, whoever named it: what `await` looks for, what objects inherit, what JSON asks for, and the gate's own method.
 * A verb adds what would be taken for something else on its own grants.
 */
export const RESERVED_METHOD_NAMES = ["then", "constructor", "toString", "valueOf", "toJSON", "fetchAny"] as const;
