/** Text of a grant as it may stand in a block comment of a declaration: nothing in it ends the comment or its line. */
export const commentText = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, " ").replaceAll("*/", "*\\/");
