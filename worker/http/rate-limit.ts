import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { DEFAULT_RATES, type Rates, readRates } from "../../contract/rates.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../handler.ts";
import { TokenBuckets } from "./token-buckets.ts";

/** What came of asking for one more request: the header fields that say where the asker stands, and the refusal when it may not. */
export interface Standing {
	/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10). */
	readonly fields: Readonly<Record<string, string>>;
	readonly refusal: Refusal | null;
}

/** One bucket that a request takes from. */
interface Share {
	readonly policy: "key" | "tenant" | "stranger";
	readonly buckets: TokenBuckets;
	readonly name: string;
}

const bucketsOf = (perMinute: number): TokenBuckets => {
	const perSecond = perMinute / 60;
	return new TokenBuckets({ capacity: Math.max(1, Math.floor(perSecond * LIMITS.rateBurstSeconds)), perSecond }, LIMITS.rateBuckets);
};

/**
 * How many requests a key, a tenant with all its keys, and strangers may send. Strangers take from buckets of their own, so that whatever they send no
 * tenant has less. Counted in the memory of one isolate: on one machine that is all there is; on Cloudflare each isolate counts for itself.
 */
export class RateLimit {
	readonly #keys: TokenBuckets;
	readonly #tenants: TokenBuckets;
	readonly #strangers: TokenBuckets;

	constructor(rates: Rates) {
		this.#keys = bucketsOf(rates.key);
		this.#tenants = bucketsOf(rates.tenant);
		this.#strangers = bucketsOf(rates.stranger);
	}

	/** Counts one request of a caller, against its key and its tenant, or against neither. */
	countCaller(label: string, { keyId, tenantId }: Pick<Caller, "keyId" | "tenantId">, nowMs: number): Standing {
		return count(
			label,
			[
				{ policy: "key", buckets: this.#keys, name: keyId },
				{ policy: "tenant", buckets: this.#tenants, name: tenantId },
			],
			nowMs,
		);
	}

	/** Counts one request that a tenant's own sender has signed, which has no key. */
	countTenant(label: string, tenantId: string, nowMs: number): Standing {
		return count(label, [{ policy: "tenant", buckets: this.#tenants, name: tenantId }], nowMs);
	}

	/** Counts one request of somebody without a valid key. @param address "" where it is not known: all such are one stranger */
	countStranger(label: string, address: string, nowMs: number): Standing {
		return count(label, [{ policy: "stranger", buckets: this.#strangers, name: address }], nowMs);
	}
}

const OF: Readonly<Record<Share["policy"], string>> = { key: "of this key", tenant: "of this tenant", stranger: "without a valid key" };

const count = (label: string, shares: readonly Share[], nowMs: number): Standing => {
	const empty = shares.find(({ buckets, name }) => buckets.left(name, nowMs) < 1);
	if (empty === undefined) for (const { buckets, name } of shares) buckets.take(name, nowMs);
	const fields = {
		"ratelimit-policy": shares
			.map(({ policy, buckets }) => `"${policy}";q=${buckets.rate.capacity};w=${LIMITS.rateBurstSeconds}`)
			.join(", "),
		ratelimit: shares.map((share) => itemOf(share, nowMs)).join(", "),
	};
	if (empty === undefined) return { fields, refusal: null };
	const { policy, buckets, name } = empty;
	const wanted = `at most ${buckets.rate.capacity} in ${LIMITS.rateBurstSeconds} s`;
	const refusal = new Refusal("rate_limited", `${label}: found more requests ${OF[policy]}, wanted ${wanted}`, {
		details: { retryAfterSeconds: Math.max(1, buckets.secondsToNext(name, nowMs)) },
	});
	return { fields, refusal };
};

/** What is left, and when more is there: of an empty bucket one, the moment that Retry-After names; of another one all. */
const itemOf = ({ policy, buckets, name }: Share, nowMs: number): string => {
	const left = Math.floor(buckets.left(name, nowMs));
	const seconds = left < 1 ? Math.max(1, buckets.secondsToNext(name, nowMs)) : buckets.secondsToFull(name, nowMs);
	return `"${policy}";r=${left};t=${seconds}`;
};

let made: { readonly text: string; readonly limit: RateLimit } | null = null;

/** The isolate's counter, for the rates that its environment names. Rates that cannot be read are the default ones: there is always a limit. */
export const rateLimitOf = ({ RATE_LIMIT: text = "" }: Pick<Env, "RATE_LIMIT">): RateLimit => {
	if (made?.text !== text) made = { text, limit: new RateLimit(text === "" ? DEFAULT_RATES : (readRates(text) ?? DEFAULT_RATES)) };
	return made.limit;
};
