import type { SchemeName, TriggerSettings } from "../../contract/triggers.ts";

/** A trigger as stored: D1 is the truth of it. */
export interface TriggerRow {
	readonly id: string;
	readonly tenantId: string;
	readonly agentId: string;
	readonly scheme: SchemeName;
	readonly status: "active" | "disabled";
	readonly settings: TriggerSettings;
	/** The settings as they are stored: what a change compares. */
	readonly stored: string;
	readonly createdAtMs: number;
	readonly updatedAtMs: number;
}
