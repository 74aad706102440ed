import type { z } from "zod";
import type { StreamedBody } from "../contract/operation.ts";
import type { OPERATIONS, OperationId } from "../contract/operations.ts";
import type { Scope } from "../contract/tenants.ts";
import type { Env } from "./env.ts";

/** Who calls: a key of a tenant. */
export interface Caller {
	readonly tenantId: string;
	readonly keyId: string;
	readonly scopes: readonly Scope[];
}

/** A body as it comes. Reading it rejects with the refusal when it is too large or too slow; nobody has to check. */
export interface BodyStream {
	/** One of the operation's, in lower case, without parameters. */
	readonly contentType: string;
	readonly body: ReadableStream<Uint8Array>;
}

/** A request of nobody known: what it says, and its body as the bytes that come. Nothing of it is known to be true. */
export interface RawRequest {
	readonly headers: Headers;
	/** The bytes, within the operation's bound and that of the tenant whose they are said to be. Once. @throws Refusal */
	read(tenantId: string): Promise<Uint8Array<ArrayBuffer>>;
	/** Counts the request against a tenant, once it is known to be meant for it; one that ends without that counts as a stranger's. @throws Refusal `rate_limited` */
	countFor(tenantId: string): void;
}

/** What a handler gets: everything parsed, nothing raw. `caller` is null exactly for operations of the operator and of anybody. */
export interface HandlerInput<Id extends OperationId> {
	readonly params: z.output<(typeof OPERATIONS)[Id]["params"]>;
	readonly query: z.output<(typeof OPERATIONS)[Id]["query"]>;
	readonly body: (typeof OPERATIONS)[Id]["body"] extends z.ZodType ? z.output<(typeof OPERATIONS)[Id]["body"]> : null;
	readonly stream: (typeof OPERATIONS)[Id] extends { stream: StreamedBody } ? BodyStream : null;
	readonly raw: (typeof OPERATIONS)[Id] extends { raw: { readonly mostBytes: number } } ? RawRequest : null;
	readonly caller: (typeof OPERATIONS)[Id]["access"] extends { kind: "scope" } ? Caller : null;
	readonly env: Env;
	/** Lets work go on after the answer. */
	waitUntil(work: Promise<unknown>): void;
	readonly requestId: string;
	/** How the client reached the platform: `https://host:port`. */
	readonly origin: string;
	readonly idempotencyKey: string | null;
	/** The header `Last-Event-ID` as it came, not yet parsed; null when there was none. */
	readonly lastEventId: string | null;
	/** Whether the client asks for a page (`Accept` names text/html), as browsers do. */
	readonly wantsPage: boolean;
	/** Whether the request would still be let in: an answer that goes on for long asks again and again. */
	isWelcome(): Promise<boolean>;
	/** SHA-256 of the raw body, hex; empty string when there was none. */
	readonly bodyDigest: string;
}

/** What a handler gives back: a status of the table with its body as data, or a finished Response where the table says null. */
export type HandlerAnswer =
	| { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
	| Response;

export type Handler<Id extends OperationId> = (input: HandlerInput<Id>) => Promise<HandlerAnswer>;

/** Handlers of a room, by operation. */
export type Handlers<Id extends OperationId> = { readonly [Key in Id]: Handler<Key> };
