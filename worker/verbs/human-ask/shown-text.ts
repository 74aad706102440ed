const LINE_FEED = 0x0a;

/** Characters that are not seen, or change the order in which others are: controls but the line feed, bidirectional and invisible formatting, tags. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/u;
/** The zero width joiner and non-joiner are letters' business in several scripts and in emoji. */
const JOINERS = new Set(["\u200c", "\u200d"]);

/** What a text that a person will read may not hold, as `a control character`; null when it holds none. */
export const shownTextFault = (text: string): string | null => {
	if (!text.isWellFormed()) return "half surrogate pairs";
	for (const character of text) {
		if (character.codePointAt(0) === LINE_FEED || JOINERS.has(character)) continue;
		if (UNSEEN.test(character)) return "control, invisible or direction-changing characters";
	}
	return null;
};
