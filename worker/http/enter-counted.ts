import { Refusal } from "../../contract/errors.ts";
import type { Operation } from "../../contract/operation.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../handler.ts";
import { type Doors, enter } from "./enter.ts";
import { rateLimitOf, type Standing } from "./rate-limit.ts";
import { strangerAddress } from "./stranger-address.ts";

/** A request that was let in, with the header fields of its rate; none where it is not counted. */
export type Entered =
	| { readonly kind: "entered"; readonly caller: Caller | null; readonly fields: Standing["fields"] }
	| { readonly kind: "refused"; readonly thrown: unknown; readonly fields: Standing["fields"] };

const UNCOUNTED: Standing["fields"] = {};

/**
 * Lets a request in and counts it: a caller's against its key and tenant, anything else that is not let in, or is for anybody, against the strangers'.
 * Whose key is valid is found out first, whatever strangers have sent. The operator is not counted, nor who asks for the platform's health.
 */
export const enterCounted = async (operation: Operation, label: string, request: Request, env: Env, doors: Doors): Promise<Entered> => {
	const { access } = operation;
	const limit = rateLimitOf(env);
	const stranger = (): Standing => limit.countStranger(label, strangerAddress(env, request.headers), Date.now());
	try {
		const caller = await enter(access, label, request, env, doors);
		if (caller === null && (access.kind === "operator" || operation.path === "/healthz"))
			return { kind: "entered", caller, fields: UNCOUNTED };
		const { refusal, fields } = caller === null ? stranger() : limit.countCaller(label, caller, Date.now());
		return refusal === null ? { kind: "entered", caller, fields } : { kind: "refused", thrown: refusal, fields };
	} catch (thrown) {
		if (!(thrown instanceof Refusal)) return { kind: "refused", thrown, fields: UNCOUNTED };
		const { refusal, fields } = stranger();
		return refusal === null ? { kind: "refused", thrown, fields: UNCOUNTED } : { kind: "refused", thrown: refusal, fields };
	}
};
