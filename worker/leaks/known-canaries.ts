import { LIMITS } from "../../contract/limits.ts";
import { type Sought, seekCanaries } from "./sought.ts";

/** Made once for each run, since its calls come one after the other; those of runs that are over are forgotten when others come. */
const known = new Map<string, Sought>();

/** The search for a run's honeytokens. */
export const soughtCanaries = (tokens: readonly string[]): Sought => {
	const key = tokens.join(" ");
	const found = known.get(key);
	if (found !== undefined) return found;
	const sought = seekCanaries(tokens);
	const [oldest] = known.keys();
	if (known.size >= LIMITS.canariesKnown && oldest !== undefined) known.delete(oldest);
	known.set(key, sought);
	return sought;
};
