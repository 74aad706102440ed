/**
 * The one list of codes. `status` is the HTTP answer (0 where the code stands only in a run's error or at a call), `retry` says whether the same
 * request may succeed later, `hint` what to do.
 */
export const ERRORS = {
	invalid_request: { status: 400, retry: false, hint: "Send what the API describes: see /openapi.json." },
	invalid_program: {
		status: 422,
		retry: false,
		hint: "Mend the program at the line named; it is an ES module with a default-exported function.",
	},
	unauthorized: { status: 401, retry: false, hint: "Send a valid key: Authorization: Bearer cordon_…" },
	forbidden: { status: 403, retry: false, hint: "Use a key that has the scope named." },
	not_found: { status: 404, retry: false, hint: "Check the id; what belongs to another tenant does not exist for this key." },
	method_not_allowed: { status: 405, retry: false, hint: "Use one of the methods in the Allow header." },
	conflict: { status: 409, retry: false, hint: "Read the current state, then decide." },
	idempotency_conflict: { status: 409, retry: false, hint: "Use a new Idempotency-Key for a new request." },
	approval_changed: { status: 409, retry: false, hint: "Read the approval again and decide on what it says now." },
	approval_settled: { status: 409, retry: false, hint: "Somebody decided first; read the approval." },
	payload_too_large: { status: 413, retry: false, hint: "Send less; the limit is in the message." },
	unsupported_media_type: { status: 415, retry: false, hint: "Send application/json, not compressed." },
	rate_limited: { status: 429, retry: true, hint: "Wait for Retry-After seconds." },
	budget_exceeded: { status: 402, retry: true, hint: "Raise the budget, or wait until the window named resets." },
	budget_unavailable: { status: 503, retry: true, hint: "Try again: nothing was begun, since the tenant's budget could not be asked." },
	concurrency_exceeded: { status: 429, retry: true, hint: "Wait until a run ends." },
	queue_full: { status: 429, retry: true, hint: "Send it again after Retry-After seconds: nothing of it was taken." },
	loop_detected: {
		status: 508,
		retry: false,
		hint: "A webhook of this platform came back to it again and again; break the circle of endpoints and triggers.",
	},
	agent_disabled: { status: 403, retry: false, hint: "Enable the agent." },
	tenant_suspended: { status: 403, retry: false, hint: "Ask the platform's operator." },
	agents_unreachable: { status: 503, retry: true, hint: "Send the same request again: agents that were told already are told once more." },
	tool_server_failed: {
		status: 502,
		retry: true,
		hint: "Check the tool server's URL, its secret, and that it answers; then send it again.",
	},
	no_executor: { status: 503, retry: true, hint: "Start Cordon with npm start, or deploy it; without an executor nothing is run." },
	internal: { status: 500, retry: true, hint: "Try again; if it stays, report the request id." },

	program_threw: { status: 0, retry: false, hint: "The program threw; line and column are its own." },
	result_not_serializable: { status: 0, retry: false, hint: "Return JSON, Date, Map, Set, BigInt or typed arrays." },
	result_too_large: { status: 0, retry: false, hint: "Write large results to a file." },
	wall_time_exceeded: { status: 0, retry: true, hint: "Do less, or ask for a larger wallMs." },
	cpu_exceeded: { status: 0, retry: false, hint: "Do less, or ask for a larger cpuMs." },
	memory_exceeded: { status: 0, retry: false, hint: "Hold less in memory at once." },
	never_settled: { status: 0, retry: false, hint: "The program ended without an answer: something it awaits can never happen." },
	cancelled: { status: 0, retry: false, hint: "Somebody stopped the run." },
	interrupted: { status: 0, retry: true, hint: "What executed the run died; start it again." },
	replay_diverged: { status: 0, retry: false, hint: "The program took another path than the first time." },
	quarantined: {
		status: 0,
		retry: false,
		hint: "The run sent what only somebody who takes data out would send; read its calls before it is started again.",
	},
	executor_lost: { status: 0, retry: true, hint: "The executor died under the run; start it again." },

	capability_not_granted: { status: 0, retry: false, hint: "Use one of the grants that the agent has." },
	egress_denied: { status: 0, retry: false, hint: "Ask for what the grant allows." },
	file_denied: { status: 0, retry: false, hint: "Use a path inside a mount of the grant." },
	file_not_found: { status: 0, retry: false, hint: "List the directory to see what is there." },
	quota_exceeded: { status: 0, retry: false, hint: "Write less, or delete files first." },
	invalid_arguments: { status: 0, retry: false, hint: "Pass what the declaration of env says." },
	approval_required: { status: 0, retry: false, hint: "The grant needs a person's approval for this call." },
	approval_denied: { status: 0, retry: false, hint: "A person said no." },
	approval_expired: { status: 0, retry: false, hint: "Nobody decided in time." },
	flow_denied: { status: 0, retry: false, hint: "The run has read both private and untrusted data; nothing external may follow." },
	calls_exceeded: { status: 0, retry: false, hint: "Make fewer calls, or ask for a larger limit." },
	upstream_failed: { status: 0, retry: true, hint: "The other side could not be reached or answered wrongly." },
	upstream_timeout: { status: 0, retry: true, hint: "The other side took too long." },
	response_too_large: { status: 0, retry: false, hint: "Ask for less, or raise the grant's responseBytes." },
	sql_denied: { status: 0, retry: false, hint: "Use the tables and columns that the grant lists." },
	sql_limit_exceeded: { status: 0, retry: false, hint: "Ask for less: narrow the WHERE, add a LIMIT, join fewer rows." },
	secret_unavailable: {
		status: 0,
		retry: false,
		hint: "The tenant has no secret of the name that the grant gives, or it does not fit the algorithm.",
	},
	canary_seen: { status: 0, retry: false, hint: "The run has ended: a honeytoken of its agent stood in what it was about to send." },
	secret_seen: { status: 0, retry: false, hint: "Leave the value out: the host adds credentials by itself, where a grant says so." },
	not_deterministic: { status: 0, retry: false, hint: "Ask the host for it through a grant: what it answers is recorded." },
	run_ended: { status: 0, retry: false, hint: "The run is over; nothing it does has an effect any more." },
} as const satisfies Record<string, { status: number; retry: boolean; hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** A refusal to a client or to a program: an expected outcome, never a bug. Turned into HTTP in http/refusals, into an `Error` in the harness. */
export class Refusal extends Error {
	readonly code: ErrorCode;
	readonly hint: string;
	/** Extra fields for the client, already safe to show. */
	readonly details: Record<string, unknown>;

	/** @param message the action, a colon, the state found, and what was wanted. */
	constructor(code: ErrorCode, message: string, options: { hint?: string; details?: Record<string, unknown> } = {}) {
		super(message);
		this.name = "Refusal";
		this.code = code;
		this.hint = options.hint ?? ERRORS[code].hint;
		this.details = options.details ?? {};
	}
}
