import type { z } from "zod";
import type { Budget, Limits } from "../../contract/budgets.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import type { PartialVector } from "../budgets/vector.ts";
import type { AgentOrder } from "./agent-run/agent-order.ts";
import type { StoreAccess } from "./store-access.ts";

/** What a grant's results and arguments mean for what may flow where (docs/design/policy.md). */
export const LABELS = ["private", "untrusted", "external"] as const;
export type Label = (typeof LABELS)[number];

/**
 * Whether the policy lets a call happen. `rule` names what allowed it, for the ledger; a denial teaches: what would be allowed. `ask`: a person decides,
 * who sees `why`, one sentence in words; without that decision the call does not happen.
 */
export type Decision =
	| { kind: "allowed"; rule: string }
	| { kind: "ask"; rule: string; why: string }
	| { kind: "denied"; code: ErrorCode; message: string; hint: string };

/** How a call ended. `cost` is what it really used; what is left out is zero. `value` is encoded with contract/tagged-json for the isolate. */
export type VerbOutcome =
	| { kind: "done"; value: unknown; cost: PartialVector }
	| { kind: "failed"; code: ErrorCode; message: string; hint?: string; cost: PartialVector };

/** A file as it is listed. */
export interface FileEntry {
	readonly path: string;
	readonly bytes: number;
	readonly modifiedAtMs: number;
}

/**
 * A run's files, as the agent's object keeps them, wherever their content lies. Paths are canonical and absolute; the caller has checked them against the
 * grant's mounts and, in the same step, that the tree of files has room for them. Synchronous.
 */
export interface RunFiles {
	/** Null when there is none, and when its content lies in the store (`isStored`). */
	read(path: string): { bytes: Uint8Array; modifiedAtMs: number } | null;
	/** Whether there is a file whose content lies in the store, where only acts on the host can read it. */
	isStored(path: string): boolean;
	/** Null when there is no file at the path. */
	stat(path: string): FileEntry | null;
	/** Creates or replaces. `quota` when the run's files would pass their count or their bytes; nothing is written then. */
	write(path: string, bytes: Uint8Array): "written" | "quota";
	/** Adds to the end of a file whose content lies here, or creates it. Nothing is written on `quota`. */
	append(path: string, bytes: Uint8Array): "written" | "quota";
	/** Makes or replaces a file with another one's content, in no time. */
	copy(from: string, to: string): "written" | "quota";
	/** Gives a file another path; what was there is replaced. */
	move(from: string, to: string): void;
	delete(path: string): boolean;
	/** Files below a directory (with a trailing slash), sorted by path. */
	list(directory: string): FileEntry[];
	/** How large a handle of the run is; null when the run has no such handle. */
	handleBytes(handle: string): number | null;
	/** Makes a handle's content a file as well. */
	keep(path: string, handle: string): "written" | "quota" | "no_handle";
	/** Makes a file's content in the store a handle as well. */
	share(path: string, handle: string, type: string): "shared" | "quota";
}

/** The agent's small durable memory, as its object keeps it. Keys are checked by the caller. Synchronous. */
export interface AgentState {
	/** The entry as it is now; null when there is none or its time is over. `version` rises with each write of the key. */
	read(key: string): StateEntry | null;
	/** Creates or replaces. `quota`: the agent's entries would pass their count or their bytes; nothing is written then. */
	write(key: string, value: string, expiresAtMs: number | null): { kind: "written"; version: number } | { kind: "quota" };
	delete(key: string): boolean;
	/** Entries whose keys begin so and come after a key, in the order of their UTF-8 bytes. */
	list(prefix: string, after: string, most: number): { key: string; entry: StateEntry }[];
}
export interface StateEntry {
	/** Encoded value (contract/tagged-json). */
	readonly value: string;
	readonly version: number;
	readonly expiresAtMs: number | null;
}

/** Windows that limit something: what is left of each, in the dimensions that it limits, and when it ends (null: never). */
export type WindowsLeft = {
	readonly [window in keyof Budget["windows"]]?: { readonly left: Limits; readonly resetsAtMs: number | null };
};

/** What may still be used, with the call that asks counted. What is left out is not limited. */
export interface BudgetLeft {
	/** By the run, with all that it starts. */
	readonly run: Limits;
	/** By all runs of the agent; empty for a run whose agent's level is covered by what an ancestor was lent. */
	readonly agent: WindowsLeft;
	/** Through those of the run's grants that have limits of their own. */
	readonly grants: Readonly<Record<string, WindowsLeft>>;
}

/** The budgets that bind a run, as far as its agent's object knows them. */
export interface BudgetView {
	read(): BudgetLeft;
}

/** What acts inside the agent's object may use. */
export interface ObjectStore {
	readonly files: RunFiles;
	readonly state: AgentState;
	readonly budget: BudgetView;
}

/** Something of the tenant's registry that a grant names. The host looks it up before a call of the grant is decided. */
export const RESOURCE_KINDS = ["model", "dataset", "tool", "store"] as const;
export interface ResourceRef {
	readonly kind: (typeof RESOURCE_KINDS)[number];
	readonly name: string;
}
/** Descriptions of the resources as stored, by `kind/name`; what the tenant does not have is not in it. Names of secrets may stand in them, values never. */
export type Resources = ReadonlyMap<string, unknown>;
export const NO_RESOURCES: Resources = new Map();

/** A result that stays on the host: what an isolate is given of it. Means something in its own run alone. */
export interface Handle {
	/** `hdl_…` */
	readonly handle: string;
	readonly bytes: number;
	/** Media type. */
	readonly type: string;
}

/** Content that stays on the host, on its way. */
export interface Content {
	readonly bytes: number;
	/** Media type. */
	readonly type: string;
	readonly body: ReadableStream<Uint8Array>;
}

export type Storing =
	| { kind: "stored"; handle: Handle }
	/** More than `mostBytes`, or more than the run may keep; nothing is kept. */
	| { kind: "too_large"; message: string };

/** The run's contents on the host, for acts there: handles, and files of any size. */
export interface HostContents {
	/** Reads the body to its end, never holding more than some MiB of it. */
	store(body: ReadableStream<Uint8Array> | Uint8Array, as: { type: string; mostBytes: number }): Promise<Storing>;
	/** Null when the run has no such handle. */
	open(handle: string): Promise<Content | null>;
	/** A file of the run; null when there is none. The caller has checked the path. */
	openFile(path: string): Promise<Content | null>;
	/** A part of a file, as much of it as there is: nothing at its end or beyond. Null when there is no such file. */
	openRange(path: string, offset: number, length: number): Promise<Content | null>;
	/** Makes a handle's content a file as well, in no time. The caller has checked the path. `quota`: the run's files would be too many or too large. */
	keepAsFile(path: string, handle: string): Promise<"written" | "quota" | "no_handle">;
}

/** What a verb that acts on the host may use for one call. */
export interface CallContext {
	readonly tenantId: string;
	readonly agentId: string;
	readonly runId: string;
	/** Goes to the far side as the idempotency key. */
	readonly callId: string;
	/** Opens a secret of the tenant, or null if there is none. The bytes are the caller's to use within this call and never to keep. */
	openSecret(name: string): Promise<Uint8Array | null>;
	/** The way out: on one machine a network that connects to public addresses only, checked after the name was resolved. Never follows a redirect. */
	egress(request: Request): Promise<Response>;
	/** The database behind a binding that a store of the tenant names; null where the deployment has none of it. Its password is for the connection alone. */
	openStore(binding: string): StoreAccess | null;
	/** Host:port pairs on loopback that the operator opened for development; empty in production. */
	readonly developmentHosts: ReadonlySet<string>;
	/** What `resources` of the grant named, as it was when the call was decided. */
	readonly resources: Resources;
	readonly contents: HostContents;
	/** Sends one value to the program while the call goes on; only for methods in `streams`. Resolves when it may send more. @throws when nobody reads any more. */
	emit(value: unknown): Promise<void>;
	/** Aborts when the call's time is over, or nobody reads a stream any more. */
	readonly signal: AbortSignal;
}

/**
 * Where a call acts: in the agent's object, in one transaction with its record; on the host, between the record of the intent and of the result; or in the
 * engine, an isolate that holds a dataset beside the run (worker/engine/), between the same two records. What an engine answers is parsed by `complete`. Or in
 * a run of another agent, which the host starts and the call waits for (worker/sub-agents/).
 */
export type Act =
	| {
			where: "object";
			perform(store: ObjectStore): VerbOutcome;
			/** For content that may lie in the store: when `when` says so, the call acts on the host instead. Left out: never. */
			otherwise?: { when(store: ObjectStore): boolean; perform(context: CallContext): Promise<VerbOutcome> };
	  }
	| { where: "host"; perform(context: CallContext): Promise<VerbOutcome> }
	| { where: "agent"; order: AgentOrder }
	| {
			where: "engine";
			/** Name of the dataset; its description is among the resources. */
			dataset: string;
			/** JSON text of an EngineQuery. */
			query: string;
			/** Whether the changed image is saved as the dataset's next version before `complete`. */
			writes: boolean;
			/** Whether it must see what was written a moment ago, wherever that was. */
			fresh: boolean;
			/** @param answer JSON text, as the engine gave it. */
			complete(answer: string, context: CallContext): Promise<VerbOutcome>;
	  };

/** What a call asks of a person beyond yes or no: the person's answer is the call's result. */
export interface Question {
	readonly text: string;
	readonly details: string | null;
	/** JSON Schema that the answer satisfies; null: the answer is text. Checked with verbs/human-ask/answer-fault. */
	readonly schema: unknown;
}

/** A call whose arguments fit the method's schema. */
export interface PreparedCall {
	/** `read` changes nothing outside, `write` does or makes what counts there (a signature), `spend` costs money elsewhere. */
	readonly effect: "read" | "write" | "spend";
	/** Touches nothing but the run's own workspace, which ends with the run, so that a dry run may do it. */
	readonly local: boolean;
	/** The far side may see the call twice with the same call id, and nothing happens twice: what a crash left open is done again. */
	readonly idempotent: boolean;
	/**
	 * What a dry run answers in the act's stead: a host value of the shape of the act's own. Null where the answer is null, or cannot be guessed. Reads have one too,
	 * since a read that a person would have to approve is not made.
	 */
	readonly planned: unknown;
	/** Only beside the decision `ask`: the call has no act of its own, a person's answer is its result. */
	readonly question?: Question;
	readonly decision: Decision;
	/** Longest that an act on the host may take, milliseconds; left out: LIMITS.upstreamMs.max. */
	readonly timeoutMs?: number;
	/** Where its request goes, of a verb that sends one to a host that the call names: as `URL.hostname` has it, without a trailing dot. Left out: none. */
	readonly to?: { readonly host: string; readonly port: number };
	/** Labels that what it reads has by its own history, beside the grant's. Left out: none. */
	readonly brings?: readonly Label[];
	/** The tenant's name of the model that it asks, one of the grant's; left out: none. Its usage is added up by it. */
	readonly model?: string;
	/** The most it can cost beyond one call; held before it acts. */
	readonly worstCost: PartialVector;
	/** What of the run's budget others may use on its behalf: held beside its own cost, and settled with what they used. Left out: nothing. */
	readonly lends?: PartialVector;
	readonly act: Act;
}

export type Preparation = { kind: "prepared"; call: PreparedCall } | { kind: "invalid"; message: string };

/** A grant of a policy, parsed, ready to prepare calls. Pure: the same answers for the same grant and arguments. */
export interface BoundGrant {
	readonly methods: readonly string[];
	/** Those of the methods whose answer comes in parts: the program gets an async iterable with a `result` promise beside it. Left out: none. */
	readonly streams?: readonly string[];
	readonly labels: readonly Label[];
	/** What deciding and declaring need to know of the tenant's registry. Left out: nothing. */
	readonly resources?: readonly ResourceRef[];
	/**
	 * @param args decoded arguments (host values, contract/tagged-json), not yet validated.
	 * @param resources what `resources` named; a missing one is the verb's to refuse, in words.
	 */
	prepare(method: string, args: readonly unknown[], resources: Resources): Preparation;
	/** The part of the resources that a call of the method needs, where they are large; it is what the act on the host is given. Left out: all of them. */
	needed?(method: string, resources: Resources): Resources;
	/** TypeScript type literal of `env.<name>` with documentation, e.g. `{ readText(path: string): Promise<string>; }`. */
	declaration(resources: Resources): string;
	/** Warnings for a person who reads the policy. */
	lint(): readonly string[];
}

/** A kind of thing that the host can do. One file (or folder) each; listed in verbs/catalogue. */
export interface Verb {
	readonly name: string;
	/** Strict zod object with the literal `verb`; every field described. */
	readonly grantSchema: z.ZodObject;
	/** One sentence for people. */
	readonly summary: string;
	/** @throws ZodError when the grant was not parsed with `grantSchema` before: a bug. */
	bind(grant: unknown): BoundGrant;
	/**
	 * How a grant lets more happen than another one of the verb, labels and approval aside, in words that begin with a field's path; null: it does not (policy/attenuate).
	 * Made with verbs/beyond-fields, so that what no rule knows must be equal. Left out: everything must be.
	 * @throws ZodError when a grant was not parsed with `grantSchema` before: a bug.
	 */
	beyond?(parent: unknown, child: unknown): string | null;
}
