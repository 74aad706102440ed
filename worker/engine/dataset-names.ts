import { LIMITS } from "../../contract/limits.ts";

/**
 * A table's name made from a name somebody gave, such as a file's: without folders and ending, letters, digits and `_` kept, everything else `_`; never
 * one of SQLite's own, never one that is taken.
 */
export const tableName = (given: string, taken: ReadonlySet<string>): string => {
	const file = given.split(/[/\\]/).at(-1) ?? "";
	const stem = file.replace(/\.[A-Za-z0-9]{1,8}$/, "");
	const plain = [...stem.normalize("NFC")]
		.map((character) => (/[\p{L}\p{N}_]/u.test(character) ? character : "_"))
		.join("")
		.replace(/^_+|_+$/g, "")
		.slice(0, LIMITS.nameChars - 8);
	const named = plain === "" ? "data" : /^(\p{N}|sqlite_|pragma_)/iu.test(plain) ? `t_${plain}` : plain;
	return unused(named, taken);
};

/** Names of columns made from a header: trimmed, without control characters; an empty one is `column_3` by its position, a repeated one gets `_2`. */
export const columnNames = (header: readonly string[]): string[] => {
	const taken = new Set<string>();
	return header.map((given, index) => {
		const plain = [...given.normalize("NFC")]
			.filter((character) => !/\p{Cc}/u.test(character))
			.join("")
			.trim()
			.slice(0, LIMITS.nameChars - 8);
		const name = unused(plain === "" ? `column_${index + 1}` : plain, taken);
		taken.add(name.toLowerCase());
		return name;
	});
};

const unused = (name: string, taken: ReadonlySet<string>): string => {
	if (!taken.has(name.toLowerCase())) return name;
	let number = 2;
	while (taken.has(`${name}_${number}`.toLowerCase())) number += 1;
	return `${name}_${number}`;
};
