import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Assurance } from "../../contract/assurance.ts";
import { repositoryRoot } from "../../supervisor/repository-root.ts";

/** What test/escape says. */
export const EscapeResults = z.object({ results: z.array(z.object({ file: z.string(), wall: z.string(), held: z.boolean() })) });
export type EscapeResults = z.infer<typeof EscapeResults>;

/** What test/platform/flow-corpus says. */
export const FlowResults = Assurance.shape.flow.unwrap();

/** What scripts/assurance/peers says. */
export const PeerResults = Assurance.pick({ probes: true, peers: true });

/** Reads what a part of the work has left. @throws Error when it is not there or something else */
export const readResults = async <Shape extends z.ZodType>(shape: Shape, name: string): Promise<z.output<Shape>> => {
	const path = join(repositoryRoot, ".build", name);
	const parsed = shape.safeParse(JSON.parse(await readFile(path, "utf8")));
	if (parsed.success) return parsed.data;
	throw new Error(`Reading ${path}: found something else (${z.prettifyError(parsed.error)}), wanted the results of the run`);
};
