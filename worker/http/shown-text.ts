import { LIMITS } from "../../contract/limits.ts";

/** A client's own words as a message shows them: printable ASCII, what is not as `?`, at most LIMITS.shownChars characters. */
export const shownText = (text: string): string => {
	const shown = text.slice(0, LIMITS.shownChars).replace(/[^\x20-\x7e]/g, "?");
	return text.length > LIMITS.shownChars ? `${shown}...` : shown;
};
