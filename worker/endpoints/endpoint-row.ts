import { z } from "zod";
import { DISABLED_REASONS, type Endpoint, EndpointSettings } from "../../contract/endpoints.ts";
import { jsonColumn } from "../db/rows.ts";

const Row = z.object({
	id: z.string(),
	status: z.enum(["active", "disabled"]),
	settings: jsonColumn(EndpointSettings),
	sealed: z.string(),
	secretVersion: z.int(),
	/** Sealed for the version before; null: there is none. */
	previousSealed: z.string().nullable(),
	previousUntilMs: z.int().nullable(),
	disabledReason: z.enum(DISABLED_REASONS).nullable(),
	disabledAtMs: z.int().nullable(),
	createdAtMs: z.int(),
	/** Rises with each change. */
	updatedAtMs: z.int(),
});

/** An endpoint as the registry has it, with its sealed secrets. */
export type EndpointRow = Readonly<z.infer<typeof Row>>;

/** @param row of D1's table `endpoints` @throws when it is not one */
export const readEndpointRow = (row: unknown): EndpointRow => Row.parse(row);

/** An endpoint as clients see it. */
export const toEndpoint = (row: EndpointRow, nowMs: number): Endpoint => {
	const { id, settings, status, disabledReason, disabledAtMs, previousUntilMs, createdAtMs, updatedAtMs } = row;
	const previousSecretUntilMs = previousUntilMs !== null && previousUntilMs > nowMs ? previousUntilMs : null;
	return { id, ...settings, status, disabledReason, disabledAtMs, previousSecretUntilMs, createdAtMs, updatedAtMs };
};
