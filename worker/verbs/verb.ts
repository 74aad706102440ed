import type { z } from "zod";
import type { ErrorCode } from "../../contract/errors.ts";
import type { PartialVector } from "../budgets/vector.ts";

/** What a grant's results and arguments mean for what may flow where (docs/design/policy.md). */
export const LABELS = ["private", "untrusted", "external"] as const;
export type Label = (typeof LABELS)[number];

/** Whether the policy lets a call happen. `rule` names what allowed it, for the ledger; a denial teaches: what would be allowed. */
export type Decision = { kind: "allowed"; rule: string } | { kind: "denied"; code: ErrorCode; message: string; hint: string };

/** How a call ended. `cost` is what it really used; what is left out is zero. `value` is encoded with contract/tagged-json for the isolate. */
export type VerbOutcome =
	| { kind: "done"; value: unknown; cost: PartialVector }
	| { kind: "failed"; code: ErrorCode; message: string; hint?: string; cost: PartialVector };

/** A run's files, as the agent's object keeps them. Paths are canonical and absolute; the caller has checked them against the grant's mounts. Synchronous. */
export interface RunFiles {
	read(path: string): { bytes: Uint8Array; modifiedAtMs: number } | null;
	/** Creates or replaces. `quota` when the run's files would pass their count or their bytes; nothing is written then. */
	write(path: string, bytes: Uint8Array): "written" | "quota";
	delete(path: string): boolean;
	/** Files below a directory (with a trailing slash), sorted by path. */
	list(directory: string): { path: string; bytes: number; modifiedAtMs: number }[];
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
	/** Host:port pairs on loopback that the operator opened for development; empty in production. */
	readonly developmentHosts: ReadonlySet<string>;
	/** Aborts when the call's time is over. */
	readonly signal: AbortSignal;
}

/** Where a call acts: in the agent's object, in one transaction with its record; or on the host, between the record of the intent and of the result. */
export type Act =
	| { where: "object"; perform(files: RunFiles): VerbOutcome }
	| { where: "host"; perform(context: CallContext): Promise<VerbOutcome> };

/** A call whose arguments fit the method's schema. */
export interface PreparedCall {
	/** `read` changes nothing outside, `write` does, `spend` costs money elsewhere. */
	readonly effect: "read" | "write" | "spend";
	/** May be repeated after a crash with the same call id. */
	readonly idempotent: boolean;
	readonly decision: Decision;
	/** The most it can cost beyond one call; held before it acts. */
	readonly worstCost: PartialVector;
	readonly act: Act;
}

export type Preparation = { kind: "prepared"; call: PreparedCall } | { kind: "invalid"; message: string };

/** A grant of a policy, parsed, ready to prepare calls. Pure: the same answers for the same grant and arguments. */
export interface BoundGrant {
	readonly methods: readonly string[];
	readonly labels: readonly Label[];
	/** @param args decoded arguments (host values, contract/tagged-json), not yet validated. */
	prepare(method: string, args: readonly unknown[]): Preparation;
	/** TypeScript type literal of `env.<name>` with documentation, e.g. `{ readText(path: string): Promise<string>; }`. */
	declaration(): string;
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
}
