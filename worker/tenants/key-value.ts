import { hexDigest } from "../../contract/hex-digest.ts";

/**
 * A key's value: `cordon_<locator>_<secret>_<checksum>`, in Crockford's base32. The locator (12 characters) is public and finds the row; the secret
 * (32 characters, 160 random bits) needs no slow hash; the checksum (6 characters) tells a mistyped key from a wrong one without asking the database
 * and lets scanners of leaked text be sure.
 */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const VALUE = /^cordon_([0-9a-hjkmnp-tv-z]{12})_([0-9a-hjkmnp-tv-z]{32})_([0-9a-hjkmnp-tv-z]{6})$/;

/** A new value, with what is stored of it. */
export const newKeyValue = async (): Promise<{ value: string; locator: string; hash: string }> => {
	const locator = randomText(12);
	const secret = randomText(32);
	const value = `cordon_${locator}_${secret}_${await checksumOf(locator, secret)}`;
	return { value, locator, hash: await hashKeyValue(value) };
};

/** The locator of a well-formed value whose checksum is right, else null. */
export const readLocator = async (value: string): Promise<string | null> => {
	const [, locator, secret, checksum] = VALUE.exec(value) ?? [];
	if (locator === undefined || secret === undefined) return null;
	return (await checksumOf(locator, secret)) === checksum ? locator : null;
};

/** SHA-256 of the whole value, hex: what is stored and compared. */
export const hashKeyValue = (value: string): Promise<string> => hexDigest(value);

/** Whether two texts are the same, in a time that depends on neither when they have one length, as hashes do. */
export const equalInConstantTime = (left: string, right: string): boolean => {
	const [leftBytes, rightBytes] = [new TextEncoder().encode(left), new TextEncoder().encode(right)];
	return leftBytes.length === rightBytes.length && crypto.subtle.timingSafeEqual(leftBytes, rightBytes);
};

const digest = async (text: string): Promise<Uint8Array> =>
	new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

const randomText = (characters: number): string => toText(crypto.getRandomValues(new Uint8Array(characters)));

/** It guards against typing errors, not against anybody: whoever has the secret can compute it. */
const checksumOf = async (locator: string, secret: string): Promise<string> =>
	toText((await digest(`cordon key checksum ${locator} ${secret}`)).subarray(0, 6));

/** Five bits of each byte. */
const toText = (bytes: Uint8Array): string => Array.from(bytes, (byte) => ALPHABET.charAt(byte % 32)).join("");
