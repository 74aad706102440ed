/** A name as an SQL identifier, whatever stands in it. NUL ends a statement in C and is refused where names come in. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
