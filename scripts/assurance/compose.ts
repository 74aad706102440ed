import type { Assurance } from "../../contract/assurance.ts";
import type { EscapeResults } from "./read-results.ts";
import { WALLS } from "./walls.ts";

/** Where and when the suite was run. */
export type Tested = Pick<Assurance, "commit" | "testedAtMs" | "runtime">;

/** Everything that was found, wall by wall. @throws Error when an attack names a wall that is not described, or a wall that is said to be tested met no attack and no test */
export const composeAssurance = (
	tested: Tested,
	attacks: EscapeResults["results"],
	flow: Assurance["flow"],
	beside: Pick<Assurance, "probes" | "peers">,
): Assurance => {
	const known = new Set(WALLS.map(({ id }) => id));
	const stray = attacks.find(({ wall }) => !known.has(wall));
	if (stray !== undefined)
		throw new Error(`Composing the table: ${stray.file} attacks the wall ${stray.wall}, wanted one of ${[...known].join(", ")}`);
	const walls = WALLS.map((wall) => {
		const own = attacks.filter((attack) => attack.wall === wall.id);
		if (wall.standing !== "design" && own.length === 0 && wall.tests.length === 0)
			throw new Error(`Composing the table: nothing tests the wall ${wall.id}, wanted an attack or a test, or that it rests on design`);
		return { ...wall, attacks: { tried: own.length, held: own.filter(({ held }) => held).length } };
	});
	return { ...tested, walls, flow, ...beside };
};
