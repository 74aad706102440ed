/** Webhooks, in and out: what both sides of them, and the agents' objects, hold. */
export const WEBHOOK_LIMITS = {
	/** Runs of one agent that stand in line at once; past it a webhook is refused with 429. Enforced in agents/object/line-up. */
	lineRuns: 10_000,
	/** Size of an agent's object, bytes, past which no run is taken into its line. Enforced in agents/object/line-up. */
	lineObjectBytes: 2 * 1024 * 1024 * 1024,
	/** How soon who was refused for a full line may try again, seconds. */
	lineRetrySeconds: 10,
	/** How long a delivery to a trigger is known again, milliseconds (7 days): senders repeat for three days at most. */
	receivedKeepMs: 7 * 24 * 60 * 60 * 1000,
	/** Known deliveries that are forgotten in one step. */
	receivedForgottenAtOnce: 1_000,
	/** Requests to triggers that an agent's list shows. */
	requestsKept: 1_000,
	/** How often a webhook of this platform may lead to another one, before the next is refused. Enforced in triggers. */
	webhookHops: 4,
	/** Largest result that an event carries, bytes of encoded JSON; a larger one is read with GET /v1/runs/{id}. */
	eventResultBytes: 16 * 1024,
	/** Events told to an endpoint in one go, and how long its object may take to take these, milliseconds. Enforced in agents/object/tell-owed, endpoints/tell-endpoints. */
	eventsToldAtOnce: 100,
	eventsTellingMs: 10_000,
	/** Events of one agent that an endpoint is owed at most; past it the oldest are told to the others alone. Enforced in agents/object/tell-owed. */
	eventsOwed: 10_000,
} as const;
