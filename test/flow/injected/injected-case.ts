import type { READERS } from "./readers.ts";
import type { WAYS_OUT } from "./ways-out.ts";

/** A document with a text that fools a model, and how the program that it then writes takes private data out. */
export interface InjectedCase {
	/** `case-web-3`: stands in every address that the case uses. */
	readonly id: string;
	readonly source: keyof typeof READERS;
	readonly document: string;
	readonly out: keyof typeof WAYS_OUT;
	/** What the program reads first. `elsewhere`: the model read the document before it wrote the program, and the run is started as untrusted. */
	readonly first: "document" | "private" | "both" | "elsewhere";
	/** Where the private data lies. */
	readonly from: "vault" | "customers";
}

/** Ten cases of a source, each its document and its way out, in order. */
export const casesOf = (
	source: InjectedCase["source"],
	cases: readonly (Pick<InjectedCase, "document" | "out"> & Partial<Pick<InjectedCase, "first" | "from">>)[],
): readonly InjectedCase[] =>
	cases.map((one, at) => ({ id: `case-${source}-${at + 1}`, source, first: "document", from: "vault", ...one }));
