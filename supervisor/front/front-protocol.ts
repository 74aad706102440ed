import { z } from "zod";

/** What the front's process is told at its start, as JSON in its one argument. */
export const FrontOrders = z.strictObject({
	host: z.string(),
	port: z.int().min(0).max(65_535),
	upstream: z.strictObject({ host: z.string(), port: z.int().min(1).max(65_535) }),
	connections: z.int().min(1),
	perClient: z.int().min(1),
	headMs: z.int().min(1),
});
export type FrontOrders = z.infer<typeof FrontOrders>;

/** What it says back, once. */
export const FrontWord = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("listening"), port: z.int() }),
	z.strictObject({ kind: z.literal("failed"), why: z.string() }),
]);
export type FrontWord = z.infer<typeof FrontWord>;
