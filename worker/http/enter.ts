import { Refusal } from "../../contract/errors.ts";
import type { Access } from "../../contract/operation.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../handler.ts";

/** Who can say whose a presented value is; http knows no room, the floor plan gives it these. */
export interface Doors {
	/** The caller whose key the value is; null for any other value. Does the same work for an unknown key as for a wrong one. @throws Refusal `tenant_suspended` */
	findCaller(env: Env, value: string): Promise<Caller | null>;
	/** Whether the value is the operator's token. */
	isOperator(env: Env, value: string): Promise<boolean>;
}

/** RFC 6750 §2.1. Two Authorization headers arrive joined by a comma and a space, which is no token. */
const BEARER = /^Bearer +([\x21-\x2b\x2d-\x7e]{1,512})$/i;

/**
 * Who asks: the caller for a tenant's operation, null for the operator's and anybody's. Reads headers only, never the body.
 * @throws Refusal `unauthorized`, `tenant_suspended`
 */
export const identify = async (access: Access, label: string, request: Request, env: Env, doors: Doors): Promise<Caller | null> => {
	if (access.kind === "public") return null;
	const value = BEARER.exec(request.headers.get("authorization") ?? "")?.at(1) ?? null;
	if (access.kind === "operator") {
		if (value !== null && (await doors.isOperator(env, value))) return null;
		throw unauthorized(label);
	}
	const caller = value === null ? null : await doors.findCaller(env, value);
	if (caller === null) throw unauthorized(label);
	return caller;
};

/** @throws Refusal `forbidden` naming the scope that the caller lacks */
export const authorize = (access: Access, label: string, caller: Caller | null): void => {
	if (access.kind !== "scope" || caller?.scopes.includes(access.scope) === true) return;
	throw new Refusal("forbidden", `${label}: the key does not have the scope ${access.scope}, wanted one that has it`, {
		details: { scope: access.scope },
	});
};

/** Lets a request in, or not: who asks, and whether they may. @throws Refusal */
export const enter = async (access: Access, label: string, request: Request, env: Env, doors: Doors): Promise<Caller | null> => {
	const caller = await identify(access, label, request, env, doors);
	authorize(access, label, caller);
	return caller;
};

/** One wording for every cause, so that it tells nothing about which keys exist. */
const unauthorized = (label: string): Refusal =>
	new Refusal("unauthorized", `${label}: found no valid key, wanted Authorization: Bearer and one`);
