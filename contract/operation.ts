import { z } from "zod";
import type { Scope } from "./tenants.ts";

/** Who may call: a key with the scope, the platform's operator with `ADMIN_TOKEN`, or anybody. */
export type Access = { kind: "scope"; scope: Scope } | { kind: "operator" } | { kind: "public" };

/** One operation of the public API. What is not in the table cannot be routed. */
export interface Operation {
	readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	/** OpenAPI path; `{path}` at the end takes the rest with its slashes. */
	readonly path: string;
	readonly summary: string;
	readonly access: Access;
	readonly params: z.ZodObject;
	readonly query: z.ZodObject;
	/** Null: no body is read. */
	readonly body: z.ZodType | null;
	/** A body that is read as it comes and never held whole; `body` is null then. Left out: none. */
	readonly stream?: StreamedBody;
	/** A body of any kind that is read whole, as the bytes that came; `body` is null then. Left out: none. */
	readonly raw?: { readonly mostBytes: number };
	/** It is not counted when it comes: it may always be asked, or its handler counts it when it knows whose it is. Left out: it is. */
	readonly uncounted?: true;
	/** HTTP status -> schema of the body; null: no JSON body (a file's bytes, or nothing). */
	readonly answers: Readonly<Record<number, z.ZodType | null>>;
	/** HTTP status -> media types that the answer may also come as, for text made of the same. Left out: none. */
	readonly texts?: Readonly<Record<number, readonly string[]>>;
}

/** Bytes of one of some media types, at most so many. They are counted while they pass. */
export interface StreamedBody {
	readonly contentTypes: readonly string[];
	readonly mostBytes: number;
}

/** Access of a key with the scope. */
export const needs = <S extends Scope>(scope: S) => ({ kind: "scope", scope }) as const;
/** Access of the platform's operator. */
export const operator = { kind: "operator" } as const;
/** Access without a key. */
export const anybody = { kind: "public" } as const;
/** No parameters, or no query. */
export const none = z.strictObject({});
