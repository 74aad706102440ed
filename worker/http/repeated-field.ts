const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/**
 * How many fields a JSON text writes, in all its objects: its colons outside of strings. One pass, nothing kept. As many are in the parsed value, or a
 * name stood twice in one object, of which the parser keeps the last.
 */
export const countFields = (json: string): number => {
	let fields = 0;
	for (let index = 0; index < json.length; index += 1) {
		const code = json.charCodeAt(index);
		if (code === COLON) fields += 1;
		else if (code === QUOTE) index = closingQuote(json, index);
	}
	return fields;
};

/** The name of the first field that stands twice in one object, as its last writing; null when there is none. @param json text that has been parsed as JSON */
export const findRepeatedField = (json: string): string | null => {
	const open: Set<string>[] = [];
	let lastText = "";
	for (let index = 0; index < json.length; index += 1) {
		const code = json.charCodeAt(index);
		if (code === OPEN_BRACE) open.push(new Set());
		else if (code === CLOSE_BRACE) open.pop();
		else if (code === QUOTE) {
			const end = closingQuote(json, index);
			lastText = json.slice(index, end + 1);
			index = end;
		} else if (code === COLON) {
			// Two writings of one name are one name: "a" and "\u0061".
			const name = String(JSON.parse(lastText));
			const names = open.at(-1);
			if (names?.has(name)) return name;
			names?.add(name);
		}
	}
	return null;
};

/** Index of the quote that closes the string opened at `start`, or the text's end. */
const closingQuote = (json: string, start: number): number => {
	let index = start + 1;
	while (index < json.length) {
		const code = json.charCodeAt(index);
		if (code === QUOTE) return index;
		index += code === BACKSLASH ? 2 : 1;
	}
	return json.length;
};
