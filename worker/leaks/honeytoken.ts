/** A file that nobody has a use for, with the tokens in it that give away who sends it. */
export interface Honeytoken {
	readonly bytes: Uint8Array;
	readonly tokens: readonly string[];
}

const KEY_ID = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const [KEY_ID_CHARS, KEY_CHARS] = [16, 40];

/**
 * Makes a honeytoken of chance: a file that looks like the credentials of a cloud account, which do not exist.
 * @param path where it will be: what ends in `.json` is JSON, anything else is lines of an environment
 */
export const makeHoneytoken = (path: string): Honeytoken => {
	const [id, key] = [`AKIA${randomText(KEY_ID, KEY_ID_CHARS)}`, randomText(KEY, KEY_CHARS)];
	const text = path.endsWith(".json")
		? `${JSON.stringify({ accessKeyId: id, secretAccessKey: key, region: "eu-central-1" }, null, 2)}\n`
		: `# production, do not share\nAWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${key}\nAWS_REGION=eu-central-1\n`;
	return { bytes: new TextEncoder().encode(text), tokens: [id, key] };
};

/**
 * Characters of an alphabet, each as likely as the others, no two neighbours the same but for their case: one that is sent letter by letter changes with
 * each call (sent-pieces).
 */
const randomText = (alphabet: string, length: number): string => {
	const most = 256 - (256 % alphabet.length);
	let text = "";
	while (text.length < length) {
		for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
			const next = alphabet.charAt(byte % alphabet.length);
			if (byte >= most || text.length === length || next.toLowerCase() === text.at(-1)?.toLowerCase()) continue;
			text += next;
		}
	}
	return text;
};
