import { z } from "zod";
import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";

const Row = z.object({ run_id: z.string(), body_digest: z.string() });

/** A tenant's key, and the digest of the body that came with it. */
export interface GivenKey {
	readonly tenantId: string;
	readonly key: string;
	readonly bodyDigest: string;
}

/**
 * The run that a key stands for already; null when the key is new or forgotten.
 * @throws Refusal `idempotency_conflict` when the key was used with another body.
 */
export const knownRunOfKey = async (db: D1Database, { tenantId, key, bodyDigest }: GivenKey, nowMs: number): Promise<string | null> => {
	const read = db.prepare("SELECT run_id, body_digest FROM idempotency_keys WHERE tenant_id = ? AND key = ? AND created_at_ms >= ?");
	const row = await read.bind(tenantId, key, nowMs - LIMITS.idempotencyMs).first();
	return row === null ? null : runOf(Row.parse(row), bodyDigest);
};

/**
 * The run that a key stands for: the one given if the key is new or forgotten, else the one it had. One statement decides among any number of requests
 * at once. The row is there before the run is admitted, so that a request that died in between is continued by its repeat; and after everything
 * that can be wrong with the request was checked, so that a request that is refused for that does not use its key up.
 * @throws Refusal `idempotency_conflict` when the key was used with another body.
 */
export const runOfKey = async (db: D1Database, given: GivenKey, runId: string, nowMs: number): Promise<string> => {
	const { tenantId, key, bodyDigest } = given;
	const [, , read] = await db.batch([
		db.prepare("DELETE FROM idempotency_keys WHERE created_at_ms < ?").bind(nowMs - LIMITS.idempotencyMs),
		db
			.prepare(
				"INSERT INTO idempotency_keys (tenant_id, key, body_digest, run_id, created_at_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			)
			.bind(tenantId, key, bodyDigest, runId, nowMs),
		db.prepare("SELECT run_id, body_digest FROM idempotency_keys WHERE tenant_id = ? AND key = ?").bind(tenantId, key),
	]);
	return runOf(Row.parse(read?.results[0]), bodyDigest);
};

const runOf = (row: z.infer<typeof Row>, bodyDigest: string): string => {
	if (row.body_digest === bodyDigest) return row.run_id;
	throw new Refusal(
		"idempotency_conflict",
		"Starting a run: the Idempotency-Key was used with another body, wanted the same body or a new key",
	);
};
