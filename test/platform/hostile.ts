import type { Run } from "../../contract/runs.ts";
import type { CreateRunInput } from "../../scripts/support/api-client.ts";

/** A hostile program and how it must end. */
export interface Hostile {
	/** The case of the threat model, and what it tries. */
	readonly name: string;
	readonly program: NonNullable<CreateRunInput["program"]>;
	readonly language?: "typescript";
	readonly limits?: { readonly cpuMs?: number; readonly wallMs?: number; readonly memoryMb?: number; readonly calls?: number };
	readonly ends: /** The run fails with one of the codes. */
		| { readonly kind: "code"; readonly codes: readonly string[] }
		/** The run succeeds with exactly this. */
		| { readonly kind: "result"; readonly result: unknown }
		/** Either: the run fails with one of the codes, or it succeeds. */
		| { readonly kind: "contained"; readonly codes: readonly string[] }
		/** The request is refused with 422 or 400. */
		| { readonly kind: "not compiled"; readonly says: RegExp };
	/** What else must be so. */
	readonly also?: (run: Run) => void;
}

export const fails = (...codes: string[]): Hostile["ends"] => ({ kind: "code", codes });
export const gives = (result: unknown): Hostile["ends"] => ({ kind: "result", result });
/** Succeeds in what is its own business, or fails with one of the codes. */
export const contained = (...codes: string[]): Hostile["ends"] => ({ kind: "contained", codes });
export const refused = (says: RegExp): Hostile["ends"] => ({ kind: "not compiled", says });
/** A program whose default export has this body. */
export const body = (text: string): string => `export default async (input, env) => { ${text} };`;
