import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { encodeValue } from "../../../contract/tagged-json.ts";
import { deniedCall } from "../denied-call.ts";
import { fieldsOf } from "../fields-of.ts";
import { parseArguments } from "../parse-arguments.ts";
import type { AgentState, Preparation, PreparedCall, VerbOutcome } from "../verb.ts";
import { keyFault, prefixFault } from "./check-key.ts";
import { deleteEntry, listEntries, putEntry, readEntry, readValue } from "./entries.ts";
import type { StateScope } from "./state-grant.ts";

/** Prepares a call of one method with its decoded arguments. */
export type StateMethod = (scope: StateScope, args: readonly unknown[]) => Preparation;

/** A value within a value: an entry in a list of entries. What is kept must fit an answer that holds it. */
const DEPTH_AROUND = 4;

const textOf = (what: string, fault: (text: string) => string | null) =>
	z.string({ error: `${what}, which is a string` }).superRefine((text, context) => {
		const wanted = fault(text);
		if (wanted !== null) context.addIssue({ code: "custom", message: `${what} of ${wanted}` });
	});
const Key = textOf("a key", keyFault);
const Prefix = textOf("a prefix", prefixFault);
const Version = z.int({ error: "a version, which is a whole number" }).min(1, "a version, which is 1 or more");
const TtlMs = z
	.int({ error: "milliseconds, a whole number" })
	.min(1, "1 millisecond or more")
	.max(LIMITS.stateTtlMs, `at most ${LIMITS.stateTtlMs} milliseconds`);
const PutOptions = fieldsOf(
	{ ttlMs: TtlMs.optional(), ifVersion: z.union([Version, z.null()], { error: "a version, or null for no entry" }).optional() },
	{ error: "an object with ttlMs and ifVersion" },
).optional();
const DeleteOptions = fieldsOf({ ifVersion: Version.optional() }, { error: "an object with ifVersion" }).optional();
const PageSize = z.int({ error: "a whole number" }).min(1, "1 or more").max(LIMITS.statePage.max, `at most ${LIMITS.statePage.max}`);
const ListOptions = fieldsOf(
	{ prefix: Prefix.optional(), after: Key.optional(), limit: PageSize.optional() },
	{ error: "an object with prefix, after and limit" },
).optional();

const prepared = (
	method: string,
	scope: StateScope,
	effect: PreparedCall["effect"] & ("read" | "write"),
	perform: (state: AgentState) => VerbOutcome,
	planned: unknown = null,
): Preparation => {
	if (effect === "write" && scope.mode === "read") {
		const message = `${method}: the grant's mode is read`;
		return {
			kind: "prepared",
			call: deniedCall({ effect, code: "capability_not_granted", message, hint: "Allowed: get, getEntry, list." }),
		};
	}
	return {
		kind: "prepared",
		call: {
			effect,
			local: false,
			// Acts in one transaction with its record, so that a repeat either finds the record or nothing done.
			idempotent: true,
			planned,
			decision: { kind: "allowed", rule: `${effect} in state ${JSON.stringify(scope.prefix)}` },
			worstCost: {},
			act: { where: "object", perform: ({ state }) => perform(state) },
		},
	};
};

const reading =
	(method: string, read: (state: AgentState, scope: StateScope, key: string) => VerbOutcome): StateMethod =>
	(scope, args) => {
		const parsed = parseArguments(method, z.tuple([Key]), args);
		if (parsed.kind === "invalid") return parsed;
		const [key] = parsed.values;
		return prepared(method, scope, "read", (state) => read(state, scope, key));
	};

const put: StateMethod = (scope, args) => {
	const parsed = parseArguments("put", z.tuple([Key, z.unknown(), PutOptions]), args);
	if (parsed.kind === "invalid") return parsed;
	const [key, value, options = {}] = parsed.values;
	if (value === undefined) return { kind: "invalid", message: "put argument 2: found nothing, wanted a value; delete(key) removes one" };
	const encoding = encodeValue(value, { bytes: scope.valueBytes, depth: LIMITS.valueDepth - DEPTH_AROUND });
	if (encoding.kind === "refused") {
		const message = `put argument 2: ${encoding.path}: ${encoding.message}, wanted a value of at most ${scope.valueBytes} bytes as JSON`;
		return { kind: "invalid", message };
	}
	const planned = { version: (options.ifVersion ?? 0) + 1 };
	return prepared("put", scope, "write", (state) => putEntry(state, scope, { key, value: encoding.text, ...options }), planned);
};

const remove: StateMethod = (scope, args) => {
	const parsed = parseArguments("delete", z.tuple([Key, DeleteOptions]), args);
	if (parsed.kind === "invalid") return parsed;
	const [key, options = {}] = parsed.values;
	return prepared("delete", scope, "write", (state) => deleteEntry(state, scope, key, options.ifVersion), true);
};

const list: StateMethod = (scope, args) => {
	const parsed = parseArguments("list", z.tuple([ListOptions]), args);
	if (parsed.kind === "invalid") return parsed;
	const [{ prefix = "", after = null, limit = LIMITS.statePage.default } = {}] = parsed.values;
	return prepared("list", scope, "read", (state) => listEntries(state, scope, { prefix, after, limit }), { entries: [], nextAfter: null });
};

/** Every method of a state grant by its name. */
export const STATE_METHODS: ReadonlyMap<string, StateMethod> = new Map([
	["get", reading("get", readValue)],
	["getEntry", reading("getEntry", readEntry)],
	["put", put],
	["delete", remove],
	["list", list],
]);
