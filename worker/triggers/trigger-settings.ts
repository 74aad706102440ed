import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { CreateTrigger, RollTrigger, SchemeName, TriggerSettings, UpdateTrigger } from "../../contract/triggers.ts";

/** The settings of a new trigger. */
export const newSettings = (given: CreateTrigger): TriggerSettings => ({
	name: given.name ?? null,
	secret: given.secret,
	previousSecret: null,
	toleranceSeconds: given.toleranceSeconds ?? LIMITS.hookToleranceSeconds.default,
	hmac: given.hmac ?? null,
	filter: given.filter ?? null,
	input: given.input ?? null,
	wait: given.wait ?? 0,
	programVersion: given.programVersion ?? null,
	grants: given.grants ?? null,
	limits: given.limits ?? null,
	metadata: given.metadata ?? {},
	isolation: given.isolation ?? null,
});

/** What a change leaves out stays. A secret that is given counts alone from then on. @throws Refusal `invalid_request` */
export const changedSettings = (scheme: SchemeName, before: TriggerSettings, patch: UpdateTrigger): TriggerSettings => {
	if (patch.hmac !== undefined && scheme !== "hmac") {
		const message = `Changing a trigger: hmac: found it for the scheme ${scheme}, wanted it for the scheme hmac only`;
		throw new Refusal("invalid_request", message, { details: { issues: [{ path: "hmac", wanted: "no such field" }] } });
	}
	const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
	return { ...before, ...given, ...(patch.secret === undefined ? {} : { previousSecret: null }) };
};

/** The secret that was named until now counts for a while as well; one from an earlier roll counts no more. @throws Refusal `invalid_request` */
export const rolledSettings = (before: TriggerSettings, { secret, overlapSeconds }: RollTrigger, nowMs: number): TriggerSettings => {
	if (secret === before.secret) {
		const message = "Rolling a trigger's secret: secret: found the one that it has, wanted the name of another";
		const hint = "To replace the value under the same name at once, use PUT /v1/secrets/{name}.";
		throw new Refusal("invalid_request", message, {
			hint,
			details: { issues: [{ path: "secret", wanted: "the name of another secret" }] },
		});
	}
	const seconds = overlapSeconds ?? LIMITS.rollOverlapSeconds.default;
	return { ...before, secret, previousSecret: seconds === 0 ? null : { name: before.secret, untilMs: nowMs + seconds * 1000 } };
};
