import type { Program, RunLimits } from "../../contract/runs.ts";
import type { Scene } from "./scene.ts";

export const CATEGORIES = ["isolate", "boundary", "nouns", "network", "resources", "neighbours", "host", "verbs", "webhooks"] as const;
export type Category = (typeof CATEGORIES)[number];

/** How an attack must end. */
export type Ends =
	/** The run ends with one of the codes, or waits for a person, where `waiting_approval` is among them. */
	| { readonly kind: "codes"; readonly codes: readonly string[] }
	/** The run succeeds with exactly this. */
	| { readonly kind: "returns"; readonly result: unknown }
	/** No run is made: the request is refused with one of the codes. */
	| { readonly kind: "refused"; readonly codes: readonly string[] }
	/** Whatever becomes of the run is its own doing. */
	| { readonly kind: "contained" }
	/** A script returned: it throws when it got through. */
	| { readonly kind: "held" };

/** What a file's header says. */
export interface AttackHeader {
	/** The case of the catalogue, `X..` for what stands in none. */
	readonly id: string;
	/** Further cases that it tries. */
	readonly covers: readonly string[];
	/** One sentence in the present tense: what the attack does. */
	readonly name: string;
	/** The id of a wall in scripts/assurance/walls. */
	readonly wall: string;
	readonly ends: Ends;
	/** What the message of the run's error, or of the refusal, has. */
	readonly says: string;
	readonly limits: RunLimits;
	/** Names of the agent's grants that the run has; null: all of them. */
	readonly grants: readonly string[] | null;
	/** Merged over the scene's input. */
	readonly input: Readonly<Record<string, unknown>>;
}

/** One file of test/escape/attacks. */
export interface Attack extends AttackHeader {
	/** From test/escape/attacks, with forward slashes. */
	readonly file: string;
	readonly category: Category;
	readonly does:
		| { readonly kind: "program"; readonly program: Program; readonly language: "javascript" | "typescript" }
		/** @throws when the attack gets through */
		| { readonly kind: "script"; readonly attack: (scene: Scene) => Promise<void> };
}

/** What became of an attack. */
export interface AttackResult {
	readonly id: string;
	readonly covers: readonly string[];
	readonly name: string;
	readonly file: string;
	readonly category: Category;
	/** The id of a wall in scripts/assurance/walls. */
	readonly wall: string;
	readonly held: boolean;
	/** How it ended; where it did not hold, what was found and what was wanted. */
	readonly how: string;
	readonly tookMs: number;
	/** How long the honest run beside it took; null: none ended. */
	readonly neighbourMs: number | null;
	/** How far a run that was stopped went past its limit of CPU or wall time, milliseconds; null: it was not stopped for that. */
	readonly overCpuMs: number | null;
	readonly overWallMs: number | null;
}
