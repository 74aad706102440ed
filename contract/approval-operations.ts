import { z } from "zod";
import { byAgent } from "./agent-ref.ts";
import { Approval, DecideApproval, ListApprovalsQuery, ListedApproval, ResolveCall, ScopedApproval } from "./approvals.ts";
import { PageQuery, pageOf } from "./common.ts";
import { idOf } from "./ids.ts";
import { needs, none, type Operation } from "./operation.ts";
import { Call } from "./runs.ts";

const byApproval = z.strictObject({ id: idOf("apr") });

/** The operations on what waits for a person. */
export const APPROVAL_OPERATIONS = {
	listApprovals: {
		method: "GET",
		path: "/v1/approvals",
		summary: "Approvals, newest first.",
		access: needs("read:approvals"),
		params: none,
		query: ListApprovalsQuery,
		body: null,
		answers: { 200: pageOf(ListedApproval) },
	},
	getApproval: {
		method: "GET",
		path: "/v1/approvals/{id}",
		summary: "One approval: what would be done, by which run, and the digest that a decision names.",
		access: needs("read:approvals"),
		params: byApproval,
		query: none,
		body: null,
		answers: { 200: Approval },
	},
	decideApproval: {
		method: "POST",
		path: "/v1/approvals/{id}/decide",
		summary: "Approve or deny. 409 `approval_changed` when the digest is another, 409 `approval_settled` when somebody was first.",
		access: needs("decide:approvals"),
		params: byApproval,
		query: none,
		body: DecideApproval,
		answers: { 200: Approval },
	},
	listScopedApprovals: {
		method: "GET",
		path: "/v1/agents/{id}/scoped-approvals",
		summary: "The agent's approvals for calls to come, newest first.",
		access: needs("read:approvals"),
		params: byAgent,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(ScopedApproval) },
	},
	revokeScopedApproval: {
		method: "DELETE",
		path: "/v1/agents/{id}/scoped-approvals/{approval}",
		summary: "Revoke an approval for calls to come: after the answer no call goes through by it.",
		access: needs("decide:approvals"),
		params: byAgent.extend({ approval: idOf("apr") }),
		query: none,
		body: null,
		answers: { 200: ScopedApproval },
	},
	resolveCall: {
		method: "POST",
		path: "/v1/calls/{id}/resolve",
		summary: "Settle a call of which nobody can say whether it happened (`unknown`); its run goes on.",
		access: needs("decide:approvals"),
		params: z.strictObject({ id: idOf("cal") }),
		query: none,
		body: ResolveCall,
		answers: { 200: Call },
	},
} as const satisfies Record<string, Operation>;
