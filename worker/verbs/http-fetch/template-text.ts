const HOLE = /\{([a-zA-Z][a-zA-Z0-9_]*)\}/g;

/** The names of the holes in a template's text, in their order. Braces around anything else are text. */
export const holesOf = (text: string): readonly string[] => Array.from(text.matchAll(HOLE), ([, name = ""]) => name);

/** The text with each hole filled. */
export const fillHoles = (text: string, fill: (name: string) => string): string => text.replace(HOLE, (_, name: string) => fill(name));
