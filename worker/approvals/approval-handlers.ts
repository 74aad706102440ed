import type { Approval, ResolveCall } from "../../contract/approvals.ts";
import { Refusal } from "../../contract/errors.ts";
import { locatorOf } from "../../contract/ids.ts";
import { refusalOf } from "../agents/accept-answer.ts";
import { type AgentEntry, agentObject, findByLocator } from "../agents/agent-registry.ts";
import { agentInPath, agentInQuery } from "../agents/named-agent.ts";
import { settledRefusal, staleRefusal } from "../agents/object/decide-approval.ts";
import { overRefusal, type Resolution } from "../agents/object/resolve-call.ts";
import { pageFrom, readIdCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { listArchivedApprovals, readArchivedApproval } from "../ledger/archived-approvals.ts";
import { readArchivedCall } from "../ledger/read-archive.ts";
import { resumeRun } from "./resume-run.ts";

const missing = (): Refusal => new Refusal("not_found", "Looking up an approval: there is none of that id");

/** The agent that an approval's or a call's id leads to, if it is the tenant's. */
const entryOf = async (env: Env, tenantId: string, id: string): Promise<AgentEntry> => {
	const entry = await findByLocator(env, tenantId, locatorOf(id));
	if (entry === null) throw missing();
	return entry;
};

/** An approval of the tenant: from its agent's object, which has what is live and recent, else from the archive. */
const readApproval = async (env: Env, entry: AgentEntry, id: string): Promise<Approval> => {
	const approval = (await agentObject(env, entry).approval(id)) ?? (await readArchivedApproval(env.DB, entry.tenantId, id));
	if (approval === null) throw missing();
	return approval;
};

type Ids = "listApprovals" | "getApproval" | "decideApproval" | "listScopedApprovals" | "revokeScopedApproval" | "resolveCall";

/** The approvals' operations. */
export const approvalHandlers: Handlers<Ids> = {
	listApprovals: async ({ env, caller, query }) => {
		const approvals = await listArchivedApprovals(env.DB, caller.tenantId, {
			status: query.status ?? null,
			runId: query.run ?? null,
			agentId: await agentInQuery(env, caller.tenantId, query.agent),
			before: readIdCursor(query.cursor, "apr"),
			most: query.limit + 1,
		});
		return { status: 200, body: pageFrom(approvals, query.limit) };
	},
	getApproval: async ({ env, caller, params }) => ({
		status: 200,
		body: await readApproval(env, await entryOf(env, caller.tenantId, params.id), params.id),
	}),
	decideApproval: async ({ env, caller, params, body, waitUntil }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const { decision, digest, reason, answer, scope } = body;
		const decided = await agentObject(env, entry).decideApproval(entry, {
			approvalId: params.id,
			decision,
			digest,
			reason: reason === undefined || reason === "" ? null : reason,
			answer: answer === undefined ? null : JSON.stringify(answer),
			scope: scope ?? null,
			by: caller.keyId,
		});
		if (decided.kind === "refused") {
			if (decided.code !== "not_found") throw refusalOf(decided);
			const archived = await readApproval(env, entry, params.id);
			throw refusalOf(archived.digest === digest ? settledRefusal(archived.status) : staleRefusal());
		}
		if (decided.resume) waitUntil(resumeRun(env, entry, decided.approval.run, decided.wallMs));
		return { status: 200, body: decided.approval };
	},
	listScopedApprovals: async ({ env, caller, params, query }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		const scoped = await agentObject(env, entry).scopedApprovals(entry, readIdCursor(query.cursor, "apr"), query.limit + 1);
		return { status: 200, body: pageFrom(scoped, query.limit) };
	},
	revokeScopedApproval: async ({ env, caller, params }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		const revoked = await agentObject(env, entry).revokeScoped(entry, params.approval, caller.keyId);
		if (revoked === null) throw missing();
		return { status: 200, body: revoked };
	},
	resolveCall: async ({ env, caller, params, body, waitUntil }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const resolved = await agentObject(env, entry).resolveCall(entry, {
			callId: params.id,
			resolution: resolutionOf(body),
			by: caller.keyId,
		});
		if (resolved.kind === "refused") {
			if (resolved.code !== "not_found") throw refusalOf(resolved);
			if ((await readArchivedCall(env.DB, caller.tenantId, params.id)) === null) throw missing();
			throw refusalOf(overRefusal());
		}
		if (resolved.resume) waitUntil(resumeRun(env, entry, resolved.call.run, resolved.wallMs));
		return { status: 200, body: resolved.call };
	},
};

/** As it crosses to the object: a result as text, since an object of the body's own making is never walked twice. */
const resolutionOf = (body: ResolveCall): Resolution => {
	if (body.outcome === "done") return { outcome: "done", result: JSON.stringify(body.result ?? { $undefined: true }) };
	if (body.outcome === "repeat") return { outcome: "repeat" };
	return { outcome: "failed", message: body.message === undefined || body.message === "" ? null : body.message };
};
