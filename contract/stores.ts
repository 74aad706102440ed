import { z } from "zod";
import { AtMs, Name } from "./common.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { NamedQueries } from "./named-queries.ts";

/** A database outside the platform that the operator attached to a tenant. */
export const STORE_KINDS = ["postgres", "d1"] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

/** The prefix keeps a store away from the platform's own bindings, its registry before all. */
const bindingOf = (prefix: string) =>
	z
		.string()
		.max(LIMITS.nameChars)
		.regex(new RegExp(`^${prefix}_[A-Z0-9_]+$`), `wanted ${prefix}_ and then capital letters, digits or _`)
		.describe(`name of a binding of the deployment: ${prefix}_…`);

export const HyperdriveBinding = bindingOf("HYPERDRIVE");
export const D1Binding = bindingOf("D1");

const OPERATORS_QUERIES = "the operator's queries, by the names that grants give; each a SELECT";

export const PutStore = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("postgres"),
		binding: HyperdriveBinding,
		queries: NamedQueries.optional().describe(`${OPERATORS_QUERIES}; parameters as $1, $2 in their order; left out: none`),
	}),
	z.strictObject({
		kind: z.literal("d1"),
		binding: D1Binding,
		queries: NamedQueries.describe(`${OPERATORS_QUERIES}; parameters as ?1, ?2 in their order. There is no other SQL on it`),
	}),
]);
export type PutStore = z.infer<typeof PutStore>;

/** What is stored of a store, as JSON. No part of it opens anything: the connection is the deployment's. */
export const StoreDescription = z.object({
	kind: z.enum(STORE_KINDS),
	binding: z.string(),
	queries: NamedQueries,
	/** What the operator was told when the store was attached. */
	warnings: z.array(z.string()),
});
export type StoreDescription = z.infer<typeof StoreDescription>;

/** A store as the operator sees it. */
export const Store = z.strictObject({
	id: idOf("res"),
	name: Name,
	version: z.int().min(1).describe("rises with each write"),
	kind: z.enum(STORE_KINDS),
	binding: z.string(),
	queries: NamedQueries,
	warnings: z.array(z.string()).describe("what its role may do beyond reading, as found when it was attached"),
	createdAtMs: AtMs,
	updatedAtMs: AtMs,
});
export type Store = z.infer<typeof Store>;
