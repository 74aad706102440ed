import { z } from "zod";
import { Birth } from "./object/configure.ts";
import { jsonColumn } from "../db/rows.ts";

const Row = z.object({ birth: jsonColumn(Birth), created_at_ms: z.int() });

/** What the registry says an agent starts from; null when the tenant has no such agent. */
export const readBirth = async (
	db: D1Database,
	identity: { tenantId: string; agentId: string },
): Promise<{ birth: Birth; createdAtMs: number } | null> => {
	const row = await db
		.prepare("SELECT birth, created_at_ms FROM agents WHERE tenant_id = ? AND id = ? AND status <> 'archived'")
		.bind(identity.tenantId, identity.agentId)
		.first();
	if (row === null) return null;
	const parsed = Row.parse(row);
	return { birth: parsed.birth, createdAtMs: parsed.created_at_ms };
};
