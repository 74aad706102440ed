import type { Trade } from "../policies.ts";

/** A task as people give it to an agent, with the program that does it. */
export interface HonestTask {
	/** `case-mail-3`: stands in every address that the task uses. */
	readonly id: string;
	readonly trade: Trade;
	readonly name: string;
	/** What the far sides answer. */
	readonly document: string;
	/** Files that the run is given. */
	readonly files: Readonly<Record<string, { text: string }>>;
	/** The body of the program; `input.site` and `input.inside` are the far sides. */
	readonly does: string;
	/** Its result. */
	readonly wants: unknown;
	/** Who would be asked: nobody, or a person by the default rule, or a person even where recipients are named. */
	readonly asks: "nobody" | "by default" | "always";
}

/** Ten tasks of a trade, in order. */
export const tasksOf = (
	trade: Trade,
	tasks: readonly (Pick<HonestTask, "name" | "does" | "wants"> & Partial<Pick<HonestTask, "document" | "files" | "asks">>)[],
): readonly HonestTask[] =>
	tasks.map((task, at) => ({ id: `case-${trade}-${at + 1}`, trade, document: "Nothing here.", files: {}, asks: "nobody", ...task }));
