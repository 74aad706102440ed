import { z } from "zod";
import { AtMs, atMost, PageQuery } from "./common.ts";
import { EVENT_TYPES } from "./events.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";

/** Webhooks out: where a tenant is told of its events, and what became of telling it. */

/** Types of events, or `*` for every one, also those that are there one day. */
const Events = atMost(EVENT_TYPES.length + 1, "items", z.array(z.enum(["*", ...EVENT_TYPES])).min(1)).describe(
	'types of events that are told; "*": all of them',
);
const Payload = z
	.enum(["thin", "full"])
	.describe("`full`: with what a run returned, as far as it is small; `thin`: without, it is read with GET /v1/runs/{id}");
const Url = z.string().min(1).max(LIMITS.urlChars).describe("https, to a public address");
const Description = z.string().max(LIMITS.endpointDescriptionChars);

/** What is stored of an endpoint, as JSON. */
export const EndpointSettings = z.object({ url: Url, events: Events, payload: Payload, description: Description });
export type EndpointSettings = z.infer<typeof EndpointSettings>;

export const DISABLED_REASONS = ["tenant", "gone", "failing"] as const;

export const Endpoint = z.strictObject({
	id: idOf("end"),
	...EndpointSettings.shape,
	status: z.enum(["active", "disabled"]),
	disabledReason: z
		.enum(DISABLED_REASONS)
		.nullable()
		.describe("`tenant`: asked for; `gone`: it answered 410; `failing`: for five days no delivery succeeded; null: it is active"),
	disabledAtMs: AtMs.nullable(),
	/** Until when the secret before the last roll signs as well; null: one secret signs. */
	previousSecretUntilMs: AtMs.nullable(),
	createdAtMs: AtMs,
	updatedAtMs: AtMs,
});
export type Endpoint = z.infer<typeof Endpoint>;

/** An endpoint as it is answered once, when its secret is made. */
export const NewEndpoint = Endpoint.extend({
	secret: z.string().describe("whsec_…: what its deliveries are verified with; shown this once"),
});
export type NewEndpoint = z.infer<typeof NewEndpoint>;

export const CreateEndpoint = z.strictObject({
	url: Url,
	events: Events,
	payload: Payload.default("thin"),
	description: Description.default(""),
});

export const UpdateEndpoint = z.strictObject({
	url: Url.optional(),
	events: Events.optional(),
	payload: Payload.optional(),
	description: Description.optional(),
});

const { secretOverlapSeconds } = LIMITS;
export const RollEndpoint = z.strictObject({
	overlapSeconds: z
		.int()
		.min(0)
		.max(secretOverlapSeconds.max)
		.default(secretOverlapSeconds.default)
		.describe("how long the old secret signs as well; 0: no longer at all"),
});

export const RedeliverRange = z.strictObject({
	fromMs: AtMs,
	toMs: AtMs.describe("deliveries made from fromMs up to and with toMs"),
	status: z
		.enum(["failed", "all"])
		.default("failed")
		.describe("`failed`: those that ended without a success; `all`: those that succeeded too. What still waits is left as it is"),
	cursor: z.string().max(LIMITS.cursorChars).optional().describe("nextCursor of the request before"),
});

/** How many are made again; with a `nextCursor` there are more: the same request with it as `cursor` goes on. */
export const Redelivered = z.strictObject({ count: z.int().min(0), nextCursor: z.string().nullable() });

export const DELIVERY_STATUSES = ["pending", "succeeded", "failed", "cancelled"] as const;
export const DeliveryStatus = z.enum(DELIVERY_STATUSES);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

export const ATTEMPT_ERRORS = [
	"status",
	"redirect",
	"timeout",
	"unreachable",
	"address_refused",
	"backlog_full",
	"platform_failed",
] as const;

export const DeliveryAttempt = z.strictObject({
	atMs: AtMs,
	status: z.int().nullable().describe("HTTP status of the answer; null: there was none"),
	error: z
		.enum(ATTEMPT_ERRORS)
		.nullable()
		.describe(
			[
				"null: it succeeded; `status`: any answer but 2xx; `redirect`: a redirect, which is not followed; `timeout`: not answered in time",
				"`unreachable`: no connection, or no proper answer; `address_refused`: the URL leads where no delivery may go",
				"`backlog_full`: too many deliveries waited, nothing was sent; `platform_failed`: it was not sent, through no fault of the endpoint",
			].join("; "),
		),
	tookMs: z.int().min(0),
	body: z.string().describe("the beginning of the answer, what is not seen written as \\u and four digits"),
	nextAtMs: AtMs.nullable().describe("when it is tried again; null: no more"),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/** One event on its way to one endpoint. */
export const Delivery = z.strictObject({
	id: idOf("dlv"),
	endpoint: idOf("end"),
	event: idOf("evt").describe("the `webhook-id` of every attempt"),
	type: z.string(),
	status: DeliveryStatus,
	attempts: z.array(DeliveryAttempt).describe("the last 20"),
	attemptCount: z.int().min(0),
	nextAtMs: AtMs.nullable(),
	createdAtMs: AtMs,
	endedAtMs: AtMs.nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

export const ListDeliveriesQuery = PageQuery.extend({
	endpoint: idOf("end").optional(),
	status: DeliveryStatus.optional(),
	event: idOf("evt").optional(),
});
export type ListDeliveriesQuery = z.infer<typeof ListDeliveriesQuery>;
