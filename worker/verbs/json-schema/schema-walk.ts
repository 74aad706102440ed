import { LIMITS } from "../../../contract/limits.ts";
import { describeValue } from "../describe-value.ts";

/** The first thing wrong with a value, in words: at `path` (`""` for the whole, `.items[3].price`) stands `found`, and `wanted` belongs there. */
export interface SchemaFault {
	readonly path: string;
	readonly found: string;
	readonly wanted: string;
}

/** Where a value stands: the key in its parent, up to the root, which is null. Text is made of it only when something is wrong. */
export interface Place {
	readonly parent: Place | null;
	readonly key: string | number;
	readonly depth: number;
}

/** A fault before it is put into words. */
export interface Finding {
	readonly place: Place | null;
	readonly value: unknown;
	readonly wanted: string;
}

/** One schema, ready: null when the value fits. @throws OutOfSteps */
export type Checker = (value: unknown, place: Place | null, walk: SchemaWalk) => Finding | null;

/** A check has used up its steps. Thrown within the room, never past it. */
export class OutOfSteps extends Error {}

/** What one check may still do. Work is counted, not timed. */
export class SchemaWalk {
	#left: number = LIMITS.schemaSteps;
	#recursion = 0;

	/** Steps done so far. */
	get steps(): number {
		return LIMITS.schemaSteps - this.#left;
	}

	/** @throws OutOfSteps before the work is done, when it is too much. */
	spend(steps: number): void {
		this.#left -= steps;
		if (this.#left < 0) throw new OutOfSteps();
	}

	/** Goes into a schema within a schema. @throws OutOfSteps when there is no bottom. */
	enter(checker: Checker, value: unknown, place: Place | null): Finding | null {
		this.spend(1);
		this.#recursion += 1;
		if (this.#recursion > LIMITS.schemaRecursion) throw new OutOfSteps();
		const finding = checker(value, place, this);
		this.#recursion -= 1;
		return finding;
	}
}

export const placeOf = (parent: Place | null, key: string | number): Place => ({ parent, key, depth: (parent?.depth ?? 0) + 1 });

const KEY_CHARS = 60;
const PATH_CHARS = 120;
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

const stepText = (key: string | number): string => {
	if (typeof key === "number") return `[${key}]`;
	const short = key.length > KEY_CHARS ? `${key.slice(0, KEY_CHARS)}…` : key;
	return IDENTIFIER.test(short) ? `.${short}` : `[${JSON.stringify(short)}]`;
};

/** `.items[3].price`; a long one keeps its end, which says more. */
export const placeText = (place: Place | null): string => {
	const steps: string[] = [];
	for (let at = place; at !== null; at = at.parent) steps.push(stepText(at.key));
	const text = steps.reverse().join("");
	return text.length > PATH_CHARS ? `…${text.slice(-PATH_CHARS)}` : text;
};

export const faultOf = ({ place, value, wanted }: Finding): SchemaFault => ({
	path: placeText(place),
	found: describeValue(value),
	wanted,
});

/** A fault as the end of a message: `faultText("sign argument 1", fault)` is `sign argument 1.amount: found "7", wanted a number`. */
export const faultText = (where: string, fault: SchemaFault): string =>
	`${where}${fault.path}: found ${fault.found}, wanted ${fault.wanted}`;
