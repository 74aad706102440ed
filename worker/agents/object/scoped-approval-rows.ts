import { z } from "zod";
import { ScopedApproval } from "../../../contract/approvals.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { canonicalText } from "../../../contract/tagged-json.ts";
import { sha256Hex } from "../../ledger/chain-call.ts";
import { matchesPattern } from "../../policy/matches-pattern.ts";
import { jsonColumn, readRow, readRows } from "../../db/rows.ts";

/** What changes of a scoped approval stands in columns of its own and is not believed of the record. */
const Row = z.object({
	record: jsonColumn(ScopedApproval),
	uses_left: z.int().nullable(),
	revoked_at_ms: z.int().nullable(),
});

const toScoped = ({ record, uses_left, revoked_at_ms }: z.infer<typeof Row>): ScopedApproval => ({
	...record,
	usesLeft: uses_left,
	revokedAtMs: revoked_at_ms,
});

/** A call that a person would be asked about. */
export interface AskedScope {
	readonly runId: string;
	readonly grant: string;
	readonly method: string;
	/** Decoded. */
	readonly args: readonly unknown[];
	/** What asks. */
	readonly rule: string;
	/** Of the grant as the run has it; made only when it is needed. */
	digest(): string;
}

/** Digest of canonical arguments, as a scoped approval of the very arguments has it. */
export const argsDigest = (canonicalArgs: string): string => `sha256:${sha256Hex(canonicalArgs)}`;

/** How long one that is over is still listed, milliseconds. */
const LISTED_MS = 30 * 24 * 60 * 60 * 1000;
const IS_OPEN = "revoked_at_ms IS NULL AND expires_at_ms > ? AND (uses_left IS NULL OR uses_left > 0)";

/** The agent's approvals for calls to come. */
export class ScopedApprovalRows {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** False when the agent has as many as it may have; nothing is written then. Those that were over longest make room. */
	insert(scoped: ScopedApproval, nowMs: number): boolean {
		if (this.#count(IS_OPEN, nowMs) >= LIMITS.scopedApprovalsPerAgent) return false;
		this.#sql.exec("DELETE FROM scoped_approvals WHERE expires_at_ms <= ?", nowMs - LISTED_MS);
		this.#sql.exec(
			`DELETE FROM scoped_approvals WHERE id IN (SELECT id FROM scoped_approvals WHERE NOT (${IS_OPEN}) ORDER BY id LIMIT max(0, ?))`,
			nowMs,
			this.#count("true") - LIMITS.scopedApprovalsKept + 1,
		);
		this.#sql.exec(
			`INSERT INTO scoped_approvals (id, grant_name, run_id, uses_left, expires_at_ms, revoked_at_ms, record) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			scoped.id,
			scoped.grant,
			scoped.run,
			scoped.usesLeft,
			scoped.expiresAtMs,
			scoped.revokedAtMs,
			JSON.stringify(scoped),
		);
		return true;
	}

	/** Newest first, those before an id; what is over is among them for 30 days. */
	list(before: string | null, most: number): ScopedApproval[] {
		return readRows(
			this.#sql,
			Row,
			"SELECT record, uses_left, revoked_at_ms FROM scoped_approvals WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?",
			before,
			before,
			most,
		).map(toScoped);
	}

	get(id: string): ScopedApproval | null {
		const row = readRow(this.#sql, Row, "SELECT record, uses_left, revoked_at_ms FROM scoped_approvals WHERE id = ?", id);
		return row === null ? null : toScoped(row);
	}

	/** From this step on no call goes through by it. One that was revoked before stays as it is. @param by id of a key; null: the policy was changed */
	revoke(id: string, by: string | null, nowMs: number): void {
		const known = this.get(id);
		if (known === null || known.revokedAtMs !== null) return;
		this.#sql.exec(
			"UPDATE scoped_approvals SET revoked_at_ms = ?, record = ? WHERE id = ?",
			nowMs,
			JSON.stringify({ ...known, revokedBy: by }),
			id,
		);
	}

	/** Revokes all that are for grants out of these. */
	revokeOf(grants: readonly string[], nowMs: number): void {
		for (const grant of grants) for (const { id } of this.#open(grant, nowMs)) this.revoke(id, null, nowMs);
	}

	/** One by which a call goes through; null: a person is asked. One that does not count its calls comes first. Whoever lets the call begin says `use` in the same step. */
	match({ runId, grant, method, args, rule, digest }: AskedScope, nowMs: number): ScopedApproval | null {
		const open = this.#open(grant, nowMs).filter(
			(scoped) => scoped.method === method && scoped.rule === rule && (scoped.run === null || scoped.run === runId),
		);
		if (open.length === 0) return null;
		const ofGrant = digest();
		const ofArgs = open.some(({ when }) => when === null) ? argsDigest(canonicalText(args)) : null;
		const covers = (scoped: ScopedApproval): boolean => {
			if (scoped.grantDigest !== ofGrant) return false;
			return scoped.when === null ? ofArgs !== null && scoped.argsDigest === ofArgs : matchesPattern(scoped.when, method, args);
		};
		return open.find(covers) ?? null;
	}

	/** Counts a call that goes through. @throws when none is left: a bug, since `match` gives none of those. */
	use(id: string): void {
		const { rowsWritten } = this.#sql.exec(
			"UPDATE scoped_approvals SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0 OR id = ? AND uses_left IS NULL",
			id,
			id,
		);
		if (rowsWritten === 0) throw new Error("Using a scoped approval: it is used up, wanted one that match() has given in this step");
	}

	#open(grant: string, nowMs: number): ScopedApproval[] {
		return readRows(
			this.#sql,
			Row,
			`SELECT record, uses_left, revoked_at_ms FROM scoped_approvals WHERE grant_name = ? AND ${IS_OPEN} ORDER BY uses_left IS NOT NULL, id`,
			grant,
			nowMs,
		).map(toScoped);
	}

	#count(condition: string, ...values: number[]): number {
		return Number(this.#sql.exec(`SELECT count(*) AS count FROM scoped_approvals WHERE ${condition}`, ...values).one()["count"]);
	}
}
