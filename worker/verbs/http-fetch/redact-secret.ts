import { type Codes, makeNeedles, type Needles, startSearch } from "./needle-search.ts";
import { formsOf } from "./secret-forms.ts";

/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

const MARK = new TextEncoder().encode(REDACTED);
const NO_BYTES = new Uint8Array(0);

/** Takes secrets out of what goes back to the program. */
export interface Redactor {
	text(text: string): string;
	bytes(bytes: Uint8Array): Uint8Array;
	/** For a body that comes in parts: a secret that is cut across them is found too. Null when there is nothing to find. */
	stream(): RedactingStream | null;
}

/** What is given back may be kept: it never shares memory with what was taken. */
export interface RedactingStream {
	/** The bytes that are clean by now; those that may begin a secret are kept back, at most as many as its longest form has. */
	next(chunk: Uint8Array): Uint8Array;
	/** The rest, when nothing more comes. */
	end(): Uint8Array;
}

export const NO_REDACTION: Redactor = { text: (text) => text, bytes: (bytes) => bytes, stream: () => null };

/**
 * Finds the secrets' exact values, in binary too, and their usual encodings (`formsOf`). A far side that wants to leak one in another form can.
 * The time is linear in what is searched: the far side knows the secrets and writes what is searched for them.
 * @param secrets printable ASCII, at least LIMITS.injectedSecretBytes.min characters each.
 */
export const makeRedactor = (...secrets: readonly string[]): Redactor => {
	return secrets.length === 0 ? NO_REDACTION : redactorOfForms(secrets.flatMap(formsOf));
};

/** The same for texts in exactly these forms. @param forms ASCII, at least two characters each; one at least */
export const redactorOfForms = (forms: readonly string[]): Redactor => {
	const needles = makeNeedles([...new Set(forms)]);
	return {
		text: (text) => redactText(text, needles),
		bytes: (bytes) => redactBytes(bytes, needles),
		stream: () => startStream(needles),
	};
};

/** What is hidden behind one mark: finds that overlap are one stretch, those that only touch are two. `marked`: its mark is given already. */
interface Stretch {
	readonly from: number;
	readonly to: number;
	readonly marked: boolean;
}

const addTo = (stretches: Stretch[], from: number, to: number): void => {
	let union: Stretch = { from, to, marked: false };
	for (let last = stretches.at(-1); last !== undefined && last.to > union.from; last = stretches.at(-1)) {
		union = { from: Math.min(last.from, union.from), to: Math.max(last.to, union.to), marked: last.marked };
		stretches.pop();
	}
	stretches.push(union);
};

const findAll = (codes: Codes, needles: Needles): readonly Stretch[] => {
	const stretches: Stretch[] = [];
	startSearch(needles).next(codes, (from, to) => addTo(stretches, from, to));
	return stretches;
};

const redactText = (text: string, needles: Needles): string => {
	const codes = new Uint16Array(text.length);
	for (let at = 0; at < text.length; at += 1) codes[at] = text.charCodeAt(at);
	let clean = "";
	let from = 0;
	for (const stretch of findAll(codes, needles)) {
		clean += text.slice(from, stretch.from) + REDACTED;
		from = stretch.to;
	}
	return clean + text.slice(from);
};

const redactBytes = (bytes: Uint8Array, needles: Needles): Uint8Array => {
	const stretches = findAll(bytes, needles);
	return stretches.length === 0 ? bytes : splice(bytes, 0, stretches);
};

/** Bytes with a mark for each stretch that has none yet. @param before where the first byte stands in what the stretches count from. */
const splice = (bytes: Uint8Array, before: number, stretches: readonly Stretch[]): Uint8Array => {
	const hidden = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
	const marks = stretches.filter((stretch) => !stretch.marked).length;
	const clean = new Uint8Array(bytes.length - hidden + marks * MARK.length);
	let from = 0;
	let to = 0;
	for (const stretch of stretches) {
		const part = bytes.subarray(from, stretch.from - before);
		clean.set(part, to);
		to += part.length;
		if (!stretch.marked) {
			clean.set(MARK, to);
			to += MARK.length;
		}
		from = stretch.to - before;
	}
	clean.set(bytes.subarray(from), to);
	return clean;
};

const startStream = (needles: Needles): RedactingStream => {
	const search = startSearch(needles);
	/** Bytes that are not given yet, the first of them at `before`. */
	let kept: Uint8Array = NO_BYTES;
	let before = 0;
	let stretches: Stretch[] = [];
	const giveUpTo = (end: number): Uint8Array => {
		// A stretch that may grow yet gets its mark now, and what is hidden by then is let go of: what is kept never grows with the body.
		const [over, open] = [stretches.filter((stretch) => stretch.to <= end), stretches.filter((stretch) => stretch.to > end)];
		const begun = open.filter((stretch) => stretch.from < end).map((stretch) => ({ ...stretch, to: end }));
		const clean = splice(kept.subarray(0, end - before), before, [...over, ...begun]);
		stretches = open.map((stretch) => (stretch.from < end ? { from: end, to: stretch.to, marked: true } : stretch));
		kept = kept.slice(end - before);
		before = end;
		return clean;
	};
	return {
		next: (chunk) => {
			const joined = new Uint8Array(kept.length + chunk.length);
			joined.set(kept);
			joined.set(chunk, kept.length);
			kept = joined;
			search.next(chunk, (from, to) => addTo(stretches, from, to));
			return giveUpTo(search.open());
		},
		end: () => giveUpTo(before + kept.length),
	};
};
