const CHUNK_BYTES = 0x2000;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Standard base64 with padding (RFC 4648 §4). */
export const bytesToBase64 = (bytes: Uint8Array): string => {
	let binary = "";
	for (let start = 0; start < bytes.length; start += CHUNK_BYTES)
		binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK_BYTES));
	return btoa(binary);
};

/** Whether text is standard base64 with its padding, nothing else in it, and its unused bits zero. */
export const isBase64 = (text: string): boolean => {
	if (text.length % 4 !== 0 || !BASE64.test(text)) return false;
	const tail = text.slice(-4);
	return tail === "" || btoa(atob(tail)) === tail;
};

/** The bytes of base64 that `isBase64` accepts. @throws for other text. */
export const base64ToBytes = (text: string): Uint8Array<ArrayBuffer> => {
	const binary = atob(text);
	const bytes = new Uint8Array(binary.length);
	for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
	return bytes;
};
