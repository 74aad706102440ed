import { z } from "zod";
import { DISABLED_REASONS, type Endpoint, EndpointSettings } from "../../contract/endpoints.ts";
import { jsonColumn } from "../db/rows.ts";

const Columns = z.object({
	id: z.string(),
	status: z.enum(["active", "disabled"]),
	settings: jsonColumn(EndpointSettings),
	sealed: z.string(),
	secret_version: z.int(),
	previous_sealed: z.string().nullable(),
	previous_until_ms: z.int().nullable(),
	disabled_reason: z.enum(DISABLED_REASONS).nullable(),
	disabled_at_ms: z.int().nullable(),
	created_at_ms: z.int(),
	updated_at_ms: z.int(),
});

/** An endpoint as the registry has it, with its sealed secrets. */
export interface EndpointRow {
	readonly id: string;
	readonly status: "active" | "disabled";
	readonly settings: EndpointSettings;
	readonly sealed: string;
	readonly secretVersion: number;
	/** Sealed for the version before; null: there is none. */
	readonly previousSealed: string | null;
	readonly previousUntilMs: number | null;
	readonly disabledReason: (typeof DISABLED_REASONS)[number] | null;
	readonly disabledAtMs: number | null;
	readonly createdAtMs: number;
	/** Rises with each change. */
	readonly updatedAtMs: number;
}

/** @param row of D1's table `endpoints` @throws when it is not one */
export const readEndpointRow = (row: unknown): EndpointRow => {
	const read = Columns.parse(row);
	return {
		id: read.id,
		status: read.status,
		settings: read.settings,
		sealed: read.sealed,
		secretVersion: read.secret_version,
		previousSealed: read.previous_sealed,
		previousUntilMs: read.previous_until_ms,
		disabledReason: read.disabled_reason,
		disabledAtMs: read.disabled_at_ms,
		createdAtMs: read.created_at_ms,
		updatedAtMs: read.updated_at_ms,
	};
};

/** An endpoint as clients see it. */
export const toEndpoint = (row: EndpointRow, nowMs: number): Endpoint => {
	const { id, settings, status, disabledReason, disabledAtMs, previousUntilMs, createdAtMs, updatedAtMs } = row;
	const previousSecretUntilMs = previousUntilMs !== null && previousUntilMs > nowMs ? previousUntilMs : null;
	return { id, ...settings, status, disabledReason, disabledAtMs, previousSecretUntilMs, createdAtMs, updatedAtMs };
};
