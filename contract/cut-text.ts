/** The beginning of a text, at most so many characters (UTF-16 units); one that would be cut in two at the end is left out. */
export const cutText = (text: string, most: number): string => {
	const cut = text.slice(0, most);
	return cut.isWellFormed() ? cut : cut.slice(0, -1);
};
