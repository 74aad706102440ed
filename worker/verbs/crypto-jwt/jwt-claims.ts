import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { readSchemaPayload } from "../crypto-sign/schema-payload.ts";
import { describeValue } from "../describe-value.ts";
import { fieldsOf } from "../fields-of.ts";
import type { JsonSchema } from "../json-schema/compile-schema.ts";
import { isJsonObject } from "../json-schema/plain-json.ts";
import { faultText } from "../json-schema/schema-walk.ts";
import { parseArguments } from "../parse-arguments.ts";

/** What the grant says of claims, ready. */
export interface ClaimRules {
	readonly claims: JsonSchema;
	/** `none`: no `sub`; a text: that one; a schema: the program's. */
	readonly subject:
		| { readonly kind: "none" }
		| { readonly kind: "is"; readonly text: string }
		| { readonly kind: "given"; readonly schema: JsonSchema };
	readonly maxLifetimeSeconds: number;
}

/** What a program wants signed: its own claims, without the registered ones. */
export interface TokenRequest {
	readonly claims: Record<string, unknown>;
	readonly subject: string | null;
	readonly lifetimeSeconds: number;
}

/** RFC 7519 §4.1. All are the host's; `sub` is the program's where the grant says so. */
const REGISTERED = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

const lifetimeOption = (most: number) => {
	const wanted = `a whole number of seconds from 1 to ${most}`;
	return fieldsOf(
		{ lifetimeSeconds: z.int({ error: wanted }).min(1, { error: wanted }).max(most, { error: wanted }).optional() },
		{ error: "options: { lifetimeSeconds? }" },
	).optional();
};

/** Checks the arguments of `sign`. */
export const readTokenRequest = (
	rules: ClaimRules,
	args: readonly unknown[],
): { kind: "request"; request: TokenRequest } | { kind: "invalid"; message: string } => {
	const parsed = parseArguments("sign", z.tuple([z.unknown(), lifetimeOption(rules.maxLifetimeSeconds)]), args);
	if (parsed.kind === "invalid") return parsed;
	const [given, options] = parsed.values;
	const where = "sign argument 1";
	if (!isJsonObject(given) || given instanceof Uint8Array)
		return { kind: "invalid", message: `${where}: found ${describeValue(given)}, wanted an object of claims` };
	// None of them is looked at where they cannot fit: a claim takes four bytes at least.
	if (Object.keys(given).length > LIMITS.jwtClaimBytes / 4)
		return {
			kind: "invalid",
			message: `${where}: found ${Object.keys(given).length} claims, wanted at most ${LIMITS.jwtClaimBytes} bytes`,
		};
	const split = splitClaims(rules, given);
	if (split.kind === "fault") return { kind: "invalid", message: `${where}${split.text}` };
	const read = readSchemaPayload(where, rules.claims, split.claims, LIMITS.jwtClaimBytes);
	if (read.kind === "invalid") return read;
	const lifetimeSeconds = options?.lifetimeSeconds ?? rules.maxLifetimeSeconds;
	return { kind: "request", request: { claims: read.value, subject: split.subject, lifetimeSeconds } };
};

export type SplitClaims = { kind: "split"; claims: Record<string, unknown>; subject: string | null } | { kind: "fault"; text: string };

/** A program's claims without its `sub`, which is judged by its own rule. Any other registered claim is a fault. */
const splitClaims = (rules: ClaimRules, given: Record<string, unknown>): SplitClaims => {
	const ownSubject = rules.subject.kind === "given";
	const registered = REGISTERED.find((name) => Object.hasOwn(given, name) && !(ownSubject && name === "sub"));
	if (registered !== undefined)
		return {
			kind: "fault",
			text: `.${registered}: found ${describeValue(ownValue(given, registered))}, wanted no claim of that name: the host sets it`,
		};
	const claims = withoutRegistered(given);
	if (rules.subject.kind !== "given") return { kind: "split", claims, subject: rules.subject.kind === "is" ? rules.subject.text : null };
	const subject = ownValue(given, "sub");
	if (typeof subject !== "string") return { kind: "fault", text: `.sub: found ${describeValue(subject)}, wanted a string` };
	const fault = rules.subject.schema.check(subject);
	return fault === null ? { kind: "split", claims, subject } : { kind: "fault", text: faultText(".sub", fault) };
};

/** Own fields but the registered ones; also of the name `__proto__`. A class instance keeps its prototype, so that the schema refuses it. */
export const withoutRegistered = (claims: Record<string, unknown>): Record<string, unknown> => {
	const rest: Record<string, unknown> = {};
	for (const [key, field] of Object.entries(Object.getOwnPropertyDescriptors(claims)))
		if (!REGISTERED.includes(key)) Object.defineProperty(rest, key, field);
	Object.setPrototypeOf(rest, Object.getPrototypeOf(claims));
	return rest;
};

const ownValue = (object: Record<string, unknown>, key: string): unknown => Object.getOwnPropertyDescriptor(object, key)?.value;
