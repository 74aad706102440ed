import { z } from "zod";
import { pageOf } from "./common.ts";
import { idOf } from "./ids.ts";
import { needs, none, type Operation } from "./operation.ts";
import { Run } from "./runs.ts";
import { CreateSchedule, ListSchedulesQuery, Schedule, UpdateSchedule } from "./schedules.ts";

const bySchedule = z.strictObject({ id: idOf("sch") });

/** The operations on what the clock starts. */
export const SCHEDULE_OPERATIONS = {
	createSchedule: {
		method: "POST",
		path: "/v1/schedules",
		summary: "Have an agent's stored program run at the times of a cron.",
		access: needs("write:webhooks"),
		params: none,
		query: none,
		body: CreateSchedule,
		answers: { 201: Schedule },
	},
	listSchedules: {
		method: "GET",
		path: "/v1/schedules",
		summary: "Schedules, newest first.",
		access: needs("read:webhooks"),
		params: none,
		query: ListSchedulesQuery,
		body: null,
		answers: { 200: pageOf(Schedule) },
	},
	getSchedule: {
		method: "GET",
		path: "/v1/schedules/{id}",
		summary: "One schedule, with its next ten times and what became of the last one.",
		access: needs("read:webhooks"),
		params: bySchedule,
		query: none,
		body: null,
		answers: { 200: Schedule },
	},
	updateSchedule: {
		method: "PATCH",
		path: "/v1/schedules/{id}",
		summary: "Change a schedule. Its next times are counted from now.",
		access: needs("write:webhooks"),
		params: bySchedule,
		query: none,
		body: UpdateSchedule,
		answers: { 200: Schedule },
	},
	deleteSchedule: {
		method: "DELETE",
		path: "/v1/schedules/{id}",
		summary: "Delete a schedule: it starts nothing after the answer. Its runs go on.",
		access: needs("write:webhooks"),
		params: bySchedule,
		query: none,
		body: null,
		answers: { 200: Schedule },
	},
	pauseSchedule: {
		method: "POST",
		path: "/v1/schedules/{id}/pause",
		summary: "Pause a schedule: it starts nothing after the answer.",
		access: needs("write:webhooks"),
		params: bySchedule,
		query: none,
		body: null,
		answers: { 200: Schedule },
	},
	resumeSchedule: {
		method: "POST",
		path: "/v1/schedules/{id}/resume",
		summary: "Let a paused schedule go on. What it would have started meanwhile was not missed.",
		access: needs("write:webhooks"),
		params: bySchedule,
		query: none,
		body: null,
		answers: { 200: Schedule },
	},
	runSchedule: {
		method: "POST",
		path: "/v1/schedules/{id}/run",
		summary: "Start a run as the schedule would, now and out of turn, also of a paused one. `Idempotency-Key` is honoured.",
		access: needs("write:webhooks"),
		params: bySchedule,
		query: none,
		body: null,
		answers: { 202: Run },
	},
} as const satisfies Record<string, Operation>;
