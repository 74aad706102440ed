import { Chance } from "../simulation/chance.ts";
import { FuzzTexts } from "./fuzz-texts.ts";
import { type FuzzTarget, fuzzTargets } from "./fuzz-targets.ts";
import { fuzzedGrants } from "./fuzzed-grants.ts";

/** A text that was not read as it should be. */
export interface FuzzFault {
	readonly target: string;
	readonly what: string;
	/** As far as it is shown. */
	readonly text: string;
	readonly chars: number;
}

export interface FuzzReport {
	readonly texts: number;
	/** What came of them: by target and word, how often. */
	readonly outcomes: ReadonlyMap<string, number>;
	/** CPU time of the slowest, milliseconds. */
	readonly slowestMs: number;
	readonly slowest: string;
	readonly faults: readonly FuzzFault[];
}

/** Longest that one text may take, milliseconds of CPU time: the Worker's thread serves everybody. */
const MOST_MS = 400;
/** How often a slow one is read again, before it is taken for slow: another process may have had the core. */
const AGAIN = 3;
const MOST_FAULTS = 10;
const SHOWN_CHARS = 400;

/** Prototypes that a text must never reach. */
const WATCHED = [
	Object.prototype,
	Array.prototype,
	Function.prototype,
	String.prototype,
	Number.prototype,
	Map.prototype,
	Set.prototype,
	Promise.prototype,
];
const keysOf = (): string => WATCHED.map((prototype) => Reflect.ownKeys(prototype).map(String).join()).join(";");

/** Reads so many texts, honest and hostile, with everything that reads what an isolate says. The same seed makes the same texts. */
export const fuzzBoundary = (texts: number, seed: number): FuzzReport => {
	const chance = new Chance(seed);
	const targets = fuzzTargets(fuzzedGrants());
	const source = new FuzzTexts(
		chance,
		seed,
		targets.flatMap(({ honest }) => honest),
	);
	const outcomes = new Map<string, number>();
	const faults: FuzzFault[] = [];
	const known = keysOf();
	let [slowestMs, slowest] = [0, ""];
	for (let count = 0; count < texts && faults.length < MOST_FAULTS; count += 1) {
		const target = chance.pick(targets);
		const text = source.next(chance.maybe([...target.honest, ...(target.hostile ?? [])]) ?? null);
		const read = readOnce(target, text, chance);
		const fault = (what: string): number =>
			faults.push({ target: target.name, what, text: text.slice(0, SHOWN_CHARS), chars: text.length });
		if (read.kind === "fault") fault(read.what);
		const outcome = `${target.name}: ${read.kind === "fault" ? "fault" : read.word}`;
		outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
		if (Reflect.ownKeys(Object.prototype).length !== PLAIN_KEYS || (count % 256 === 0 && keysOf() !== known))
			fault("a prototype was changed");
		const tookMs =
			read.tookMs < MOST_MS ? read.tookMs : Math.min(...Array.from({ length: AGAIN }, () => readOnce(target, text, chance).tookMs));
		if (tookMs >= MOST_MS) fault(`it took ${Math.round(tookMs)} ms`);
		if (tookMs > slowestMs) [slowestMs, slowest] = [tookMs, `${target.name}: ${text.slice(0, 60)} (${text.length} characters)`];
	}
	if (keysOf() !== known) faults.push({ target: "all", what: "a prototype was changed", text: "", chars: 0 });
	return { texts, outcomes, slowestMs, slowest, faults };
};

const PLAIN_KEYS = Reflect.ownKeys(Object.prototype).length;

type Read = { readonly tookMs: number } & (
	| { readonly kind: "read"; readonly word: string }
	| { readonly kind: "fault"; readonly what: string }
);

const readOnce = (target: FuzzTarget, text: string, chance: Chance): Read => {
	const began = process.cpuUsage();
	const took = (): number => {
		const { user, system } = process.cpuUsage(began);
		return (user + system) / 1_000;
	};
	try {
		const word = target.read(text, chance);
		return { kind: "read", word, tookMs: took() };
	} catch (error) {
		return {
			kind: "fault",
			what: error instanceof Error ? (error.stack ?? error.message).slice(0, 1_000) : "it threw something else",
			tookMs: took(),
		};
	}
};
