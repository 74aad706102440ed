/** SHA-256 (FIPS 180-4) of bytes, or of text as UTF-8, in lower-case hex. */
export const hexDigest = async (data: string | Uint8Array<ArrayBuffer>): Promise<string> => {
	const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
	return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
};
