import { z } from "zod";
import { PageQuery, pageOf } from "./common.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { anybody, needs, none, type Operation } from "./operation.ts";
import {
	CreateTrigger,
	HookRun,
	ListTriggersQuery,
	RollTrigger,
	Trigger,
	TriggerRequest,
	TriggerTrial,
	TriggerTrialOutcome,
	UpdateTrigger,
} from "./triggers.ts";

const byTrigger = z.strictObject({ id: idOf("trg") });

/** Operations on webhooks in, and the one that senders call. */
export const TRIGGER_OPERATIONS = {
	createTrigger: {
		method: "POST",
		path: "/v1/triggers",
		summary: "Make a trigger: a URL at which a sender's signed request starts the agent's stored program.",
		access: needs("write:webhooks"),
		params: none,
		query: none,
		body: CreateTrigger,
		answers: { 201: Trigger },
	},
	listTriggers: {
		method: "GET",
		path: "/v1/triggers",
		summary: "Triggers, newest first.",
		access: needs("read:webhooks"),
		params: none,
		query: ListTriggersQuery,
		body: null,
		answers: { 200: pageOf(Trigger) },
	},
	getTrigger: {
		method: "GET",
		path: "/v1/triggers/{id}",
		summary: "One trigger.",
		access: needs("read:webhooks"),
		params: byTrigger,
		query: none,
		body: null,
		answers: { 200: Trigger },
	},
	updateTrigger: {
		method: "PATCH",
		path: "/v1/triggers/{id}",
		summary: "Change a trigger: everything but its agent and its scheme. A secret given here counts at once, and the one before no more.",
		access: needs("write:webhooks"),
		params: byTrigger,
		query: none,
		body: UpdateTrigger,
		answers: { 200: Trigger },
	},
	deleteTrigger: {
		method: "DELETE",
		path: "/v1/triggers/{id}",
		summary: "Delete a trigger: its URL is not found from the answer on. Its runs stay.",
		access: needs("write:webhooks"),
		params: byTrigger,
		query: none,
		body: null,
		answers: { 200: Trigger },
	},
	disableTrigger: {
		method: "POST",
		path: "/v1/triggers/{id}/disable",
		summary: "Switch a trigger off: its URL is not found until it is switched on again.",
		access: needs("write:webhooks"),
		params: byTrigger,
		query: none,
		body: null,
		answers: { 200: Trigger },
	},
	enableTrigger: {
		method: "POST",
		path: "/v1/triggers/{id}/enable",
		summary: "Switch a trigger on again.",
		access: needs("write:webhooks"),
		params: byTrigger,
		query: none,
		body: null,
		answers: { 200: Trigger },
	},
	rollTrigger: {
		method: "POST",
		path: "/v1/triggers/{id}/roll",
		summary: "Name the secret that the sender signs with from now on; the one before counts as well for a while.",
		access: needs("write:webhooks"),
		params: byTrigger,
		query: none,
		body: RollTrigger,
		answers: { 200: Trigger },
	},
	tryTrigger: {
		method: "POST",
		path: "/v1/triggers/{id}/test",
		summary:
			"What a message would lead to: the filter's word and the input, as the trigger's settings have them. Nothing is started and nothing is noted.",
		access: needs("write:webhooks"),
		params: byTrigger,
		query: none,
		body: TriggerTrial,
		answers: { 200: TriggerTrialOutcome },
	},
	listTriggerRequests: {
		method: "GET",
		path: "/v1/triggers/{id}/requests",
		summary:
			"What came from the trigger's sender and what became of it, newest first. Requests with a signature that is not valid are not among them.",
		access: needs("read:webhooks"),
		params: byTrigger,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(TriggerRequest) },
	},
	receiveHook: {
		method: "POST",
		path: "/hooks/{id}",
		summary:
			"A sender's signed request to a trigger. 202: a run was started, now or when it came first. With wait: what the program answers.",
		access: anybody,
		params: byTrigger,
		query: none,
		body: null,
		raw: { mostBytes: LIMITS.hookBodyBytes },
		uncounted: true,
		answers: { 200: null, 202: HookRun },
	},
} as const satisfies Record<string, Operation>;
