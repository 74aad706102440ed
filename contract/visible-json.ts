/**
 * Control and format characters (bidirectional, zero-width, tags), separators of lines, private use, halves of surrogate pairs, and whatever else is drawn as
 * nothing (fillers, variation selectors).
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]+/gu;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * JSON text in which every character that is not seen, or changes the order of others, is written as `\u` and four hexadecimal digits: to be
 * read by people, and the same value to a parser.
 * @param json as JSON.stringify writes it, without white space between its tokens
 */
export const visibleJson = (json: string): string =>
	json.replace(UNSEEN, (run) => {
		let text = "";
		for (let at = 0; at < run.length; at += 1) {
			const unit = run.charCodeAt(at);
			text += `\\u${HEX[unit >> 8]}${HEX[unit & 255]}`;
		}
		return text;
	});
