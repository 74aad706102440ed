import { beyondLimits } from "./beyond-limits.ts";
import { isSameJson } from "./is-same-json.ts";

/** How one field of a grant lets more happen than the same field of another, in words that begin with its path; null: it does not. */
export type Narrowing<Grant> = (parent: Grant, child: Grant) => string | null;

/** How grants of a verb may be narrower than each other. What is not in it must be equal. */
export interface Narrowings<Grant> {
	readonly fields: readonly (readonly [field: keyof Grant & string, narrowing: Narrowing<Grant>])[];
	/** Limits of the verb's own that may be smaller, and what each is when it is left out. */
	readonly limits: Readonly<Record<string, number>>;
}

/** What the policy compares, from what the grants are once they are bound (policy/attenuate). */
const COMPARED_BY_POLICY: ReadonlySet<string> = new Set(["labels", "approval"]);

/**
 * How a parsed grant lets more happen than another one of its verb, labels and approval aside, in words; null: everything that it lets happen, the other lets
 * happen too, the same call for the same call. Closed: a field that no narrowing knows must be equal.
 */
export const beyondFields = <Grant extends { readonly limits?: object | undefined }>(
	parent: Grant,
	child: Grant,
	{ fields, limits }: Narrowings<Grant>,
): string | null => {
	const narrowings = new Map<string, Narrowing<Grant>>(fields);
	const [theirs, own] = [new Map<string, unknown>(Object.entries(parent)), new Map<string, unknown>(Object.entries(child))];
	const beyondField = (field: string): string | null => {
		const narrowing = narrowings.get(field);
		if (narrowing !== undefined) return narrowing(parent, child);
		if (field === "limits") return beyondLimits(parent.limits, child.limits, limits);
		return isSameJson(theirs.get(field), own.get(field)) ? null : `${field}: found another value, wanted the parent's`;
	};
	for (const field of new Set([...theirs.keys(), ...own.keys()])) {
		const beyond = COMPARED_BY_POLICY.has(field) ? null : beyondField(field);
		if (beyond !== null) return beyond;
	}
	return null;
};
