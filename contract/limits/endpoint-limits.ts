/** Webhooks out (worker/endpoints). */
export const ENDPOINT_LIMITS = {
	/** Most endpoints of a tenant: each event is told to all that want it. Enforced in endpoints/endpoint-store. */
	endpointsPerTenant: 50,
	/** Longest description of one, characters. */
	endpointDescriptionChars: 200,
	/** Bytes of a signing secret: Standard Webhooks wants 24 to 64. */
	endpointSecretBytes: 32,
	/** How long an old secret signs beside the new one, seconds: default and ceiling (a week). */
	secretOverlapSeconds: { default: 86_400, max: 604_800 },

	/** Time of one attempt, from the connection to the last byte that is read of the answer, milliseconds. Enforced in endpoints/send-delivery. */
	deliveryAttemptMs: 15_000,
	/** How soon after an attempt began its object is woken, so that one which died with it makes it again, milliseconds. */
	deliveryGraceMs: 5_000,
	/** Most bytes of an answer that are read; the rest is never taken. Enforced in endpoints/read-beginning. */
	deliveryAnswerBytes: 16 * 1024,
	/** Most characters of an answer that are kept, as visible text. */
	deliveryAnswerChars: 1_024,
	/** Attempts that a delivery shows, the last ones. */
	deliveryAttemptsShown: 20,
	/** Attempts at one endpoint at once: as many connections as an object may open on Cloudflare. Enforced in endpoints/endpoint-object. */
	deliveriesAtOnce: 6,
	/** Waits between attempts, milliseconds: the first, which doubles with each, and the longest. */
	deliveryWaitMs: { first: 5_000, longest: 3 * 60 * 60 * 1000 },
	/** How long after its first attempt a delivery is tried again, milliseconds. Enforced in endpoints/next-try. */
	deliveryTriesMs: 24 * 60 * 60 * 1000,
	/** After how long without any success a delivery that fails for good disables its endpoint, milliseconds (five days). */
	endpointFailingMs: 5 * 24 * 60 * 60 * 1000,
	/** How long an endpoint's object keeps a delivery that is over, milliseconds (7 days): until then it can be made again, and its event is known. */
	deliveryKeptMs: 7 * 24 * 60 * 60 * 1000,
	/** Most deliveries that its object keeps; past it the oldest that are over are forgotten sooner. */
	deliveriesKept: 500_000,
	/**
	 * Size of its object, bytes, past which the oldest that are over are forgotten sooner, and a further one fails at once; answers are noted without their bodies.
	 * The platform ends an object's writing at 10 GB. Enforced in endpoints/delivery-rows.
	 */
	endpointObjectBytes: 2 * 1024 * 1024 * 1024,
	/** Deliveries that are forgotten, or cancelled, in one step. */
	deliveriesSwept: 5_000,
	/** Most deliveries of an endpoint that wait; past it a further one fails at once, and can be made again. */
	deliveriesWaiting: 100_000,
	/** Deliveries that one request makes again. */
	redeliveredAtOnce: 1_000,
	/** Copies of deliveries sent to D1 in one batch: how many, and about how many characters. */
	deliveriesPerBatch: 100,
	deliveryBatchChars: 1_000_000,
	/** How long copies gather before they are sent to D1, and how long until it is tried again, milliseconds. */
	deliveriesGatherMs: 150,
	deliveriesRetryMs: 2_000,
} as const;
