import { Refusal } from "../../contract/errors.ts";
import type { Operation } from "../../contract/operation.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../handler.ts";
import { authorize, type Doors, identify } from "./enter.ts";
import { rateLimitOf, type Standing } from "./rate-limit.ts";
import { strangerAddress } from "./stranger-address.ts";

/** A request that was let in, with the header fields of its rate; none where it is not counted. */
export type Entered =
	| { readonly kind: "entered"; readonly caller: Caller | null; readonly fields: Standing["fields"] }
	| { readonly kind: "refused"; readonly thrown: unknown; readonly fields: Standing["fields"] };

const UNCOUNTED: Standing["fields"] = {};

/**
 * Lets a request in and counts it: a caller's against its key and tenant, whatever its scopes, anything else that is not let in, or is for anybody, against the strangers'.
 * Whose key is valid is found out first, whatever strangers have sent. The operator is not counted, nor who asks for the platform's health;
 * a raw request is counted when its handler has found out whose it is.
 */
export const enterCounted = async (operation: Operation, label: string, request: Request, env: Env, doors: Doors): Promise<Entered> => {
	const { access } = operation;
	const limit = rateLimitOf(env);
	const stranger = (): Standing => limit.countStranger(label, strangerAddress(env, request.headers), Date.now());
	let caller: Caller | null;
	try {
		caller = await identify(access, label, request, env, doors);
	} catch (thrown) {
		const { refusal, fields } = thrown instanceof Refusal ? stranger() : { refusal: null, fields: UNCOUNTED };
		return refusal === null ? { kind: "refused", thrown, fields: UNCOUNTED } : { kind: "refused", thrown: refusal, fields };
	}
	if (caller === null && (access.kind === "operator" || operation.uncounted === true))
		return { kind: "entered", caller, fields: UNCOUNTED };
	const { refusal, fields } = caller === null ? stranger() : limit.countCaller(label, caller, Date.now());
	if (refusal !== null) return { kind: "refused", thrown: refusal, fields };
	try {
		authorize(access, label, caller);
		return { kind: "entered", caller, fields };
	} catch (thrown) {
		return { kind: "refused", thrown, fields };
	}
};
