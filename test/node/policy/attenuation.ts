import assert from "node:assert/strict";
import fc from "fast-check";
import { beyondGrant } from "../../../worker/policy/attenuate.ts";
import type { PolicyGrant } from "../../../worker/policy/bind-policy.ts";
import { needsApproval } from "../../../worker/policy/needs-approval.ts";
import { CATALOGUE } from "../../../worker/verbs/catalogue.ts";
import type { PreparedCall, Resources } from "../../../worker/verbs/verb.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { grantOf } from "./grant-of.ts";

/** Values of each field of a grant; undefined leaves it out. */
export type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;
export interface Call {
	readonly method: string;
	readonly args: readonly unknown[];
}

const withoutUndefined = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Two objects with the fields, of which most are the same. */
export const arbitraryPair = (fields: Fields): fc.Arbitrary<readonly [object, object]> =>
	fc
		.tuple(fc.record(fields), fc.record(fields), fc.array(fc.nat(3), { minLength: Object.keys(fields).length }))
		.map(([one, other, same]) => {
			const mixed = Object.entries(one).map(([name, value], index) => [
				name,
				same[index] === 0 ? Object.entries(other)[index]?.[1] : value,
			]);
			return [withoutUndefined(one), withoutUndefined(Object.fromEntries(mixed))];
		});

/** Fields that every grant may have. */
export const COMMON_FIELDS: Fields = {
	labels: fc.option(fc.subarray(["private", "untrusted", "external"]), { nil: undefined }),
	approval: fc.option(fc.constantFrom("never", "always", { when: { argument: "1", exists: true } }), { nil: undefined, freq: 3 }),
};

interface Weighed {
	/** 0: it does not happen; 1: a person is asked; 2: it happens. */
	readonly freedom: 0 | 1 | 2;
	readonly call: PreparedCall | null;
}

const weigh = (grant: PolicyGrant, { method, args }: Call, resources: Resources): Weighed => {
	const preparation = grant.bound.prepare(method, args, resources);
	if (preparation.kind === "invalid" || preparation.call.decision.kind === "denied") return { freedom: 0, call: null };
	const isAsked = preparation.call.decision.kind === "ask" || needsApproval(grant.approval, method, args) !== null;
	return { freedom: isAsked ? 1 : 2, call: preparation.call };
};

export interface Attenuation {
	readonly pairs: fc.Arbitrary<readonly [parent: object, child: object]>;
	readonly calls: fc.Arbitrary<Call>;
	readonly resources?: Resources;
	/** What else a call that both let happen must not be more of. */
	readonly compare?: (parent: PreparedCall, child: PreparedCall) => void;
	readonly runs?: number;
}

/**
 * Checks that of two grants, where nothing of the child's is more, every call that the child's lets happen the parent's lets happen too, with a person asked at least as
 * often and for no more than the parent's would cost.
 * @returns how many pairs were within each other though not the same, and how many calls happened through both.
 */
export const checkAttenuation = ({ pairs, calls, resources = NO_RESOURCES, compare, runs = 1_500 }: Attenuation) => {
	const seen = { within: 0, beyond: 0, happened: 0 };
	fc.assert(
		fc.property(pairs, fc.array(calls, { minLength: 20, maxLength: 40 }), ([parentData, childData], tried) => {
			if (![parentData, childData].every(fits)) return;
			const [parent, child] = [grantOf(parentData), grantOf(childData)];
			assert.equal(beyondGrant(parent, parent), null);
			const beyond = beyondGrant(parent, child);
			if (beyond !== null) {
				seen.beyond += 1;
				assert.match(beyond, /^[a-zA-Z.0-9]+: found /);
				return;
			}
			if (JSON.stringify(parentData) !== JSON.stringify(childData)) seen.within += 1;
			for (const call of tried) {
				const [theirs, own] = [weigh(parent, call, resources), weigh(child, call, resources)];
				assert(own.freedom <= theirs.freedom, `${call.method} ${JSON.stringify(call.args)}: ${own.freedom} of ${theirs.freedom}`);
				if (own.call === null || theirs.call === null) continue;
				seen.happened += 1;
				for (const [dimension, cost] of Object.entries(own.call.worstCost))
					assert(cost <= (new Map(Object.entries(theirs.call.worstCost)).get(dimension) ?? 0), dimension);
				compare?.(theirs.call, own.call);
			}
		}),
		{ numRuns: runs },
	);
	return seen;
};

const fits = (data: object): boolean => {
	const verb = "verb" in data && typeof data.verb === "string" ? CATALOGUE.get(data.verb) : undefined;
	assert(verb !== undefined);
	return verb.grantSchema.safeParse(data).success;
};
