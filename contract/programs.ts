import { z } from "zod";
import { AtMs } from "./common.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { Language, Program } from "./runs.ts";

/** A version of an agent's stored program, without its text. Versions are numbered 1, 2, … for each agent; a number is never given twice. */
export const ProgramVersion = z.strictObject({
	agent: idOf("agt"),
	version: z.int(),
	/** Over the program and its language: that of the runs that execute it. */
	digest: z.string(),
	language: Language,
	/** All modules together, UTF-8. */
	bytes: z.int(),
	note: z.string().nullable(),
	/** It is the one that runs execute which name no program. */
	active: z.boolean(),
	createdAtMs: AtMs,
});
export type ProgramVersion = z.infer<typeof ProgramVersion>;

/** A version with its text. */
export const ProgramText = ProgramVersion.extend({ program: Program });
export type ProgramText = z.infer<typeof ProgramText>;

export const StoreProgram = z.strictObject({
	program: Program,
	language: Language.optional().describe("left out: the agent's"),
	activate: z.boolean().optional().describe("whether runs that name no program execute it from now on; default false"),
	note: z.string().max(LIMITS.programNoteChars).optional().describe("what it is for, in a few words"),
});
export type StoreProgram = z.infer<typeof StoreProgram>;

/** A version's number in a path. */
export const VersionInPath = z
	.string()
	.regex(/^[1-9][0-9]{0,8}$/, "wanted the number of a version: 1, 2, …")
	.describe("the number of a version: 1, 2, …");
