/** Offsets at which a needle begins, overlapping ones too, in time linear in both (Knuth, Morris, Pratt). The needle is not empty. */
export function* findBytes(haystack: Uint8Array, needle: Uint8Array): Generator<number, void, void> {
	const first = needle[0] ?? 0;
	const start = haystack.indexOf(first);
	if (start === -1 || needle.length > haystack.length) return;
	const borders = bordersOf(needle);
	let matched = 0;
	for (let index = start; index < haystack.length; index += 1) {
		while (matched > 0 && haystack[index] !== needle[matched]) matched = borders[matched - 1] ?? 0;
		if (haystack[index] === needle[matched]) matched += 1;
		if (matched < needle.length) continue;
		yield index - needle.length + 1;
		matched = borders[matched - 1] ?? 0;
	}
}

/** For each beginning of the needle the longest shorter one that it ends with. */
const bordersOf = (needle: Uint8Array): Uint32Array => {
	const borders = new Uint32Array(needle.length);
	let matched = 0;
	for (let index = 1; index < needle.length; index += 1) {
		while (matched > 0 && needle[index] !== needle[matched]) matched = borders[matched - 1] ?? 0;
		if (needle[index] === needle[matched]) matched += 1;
		borders[index] = matched;
	}
	return borders;
};
