import type { Program } from "../../contract/runs.ts";
import type { SourceProgram } from "../executor/protocol.ts";
import { canonicalJson, sha256Hex } from "../ledger/chain-call.ts";

/** A program in its one form: a text alone is the module `main.ts` or `main.js`. */
export const programSource = (program: Program, language: SourceProgram["language"]): SourceProgram => {
	if (typeof program !== "string") return { ...program, language };
	const main = language === "typescript" ? "main.ts" : "main.js";
	return { main, modules: { [main]: program }, language };
};

/** Whether a text can import anything: `import` and `export … from` are keywords, which cannot be spelled otherwise. May be true for one that does not. */
export const mayImport = (source: SourceProgram): boolean =>
	Object.values(source.modules).some((text) => text.includes("import") || (text.includes("export") && text.includes("from")));

/** `sha256:…` over the program's canonical JSON: the same program has the same digest, whatever its modules' order. */
export const programDigest = (source: SourceProgram): string => `sha256:${sha256Hex(canonicalJson(source))}`;

/** All modules together, UTF-8 bytes. */
export const programBytes = ({ modules }: SourceProgram): number =>
	Object.values(modules).reduce((sum, text) => sum + ENCODER.encode(text).byteLength, 0);

const ENCODER = new TextEncoder();
