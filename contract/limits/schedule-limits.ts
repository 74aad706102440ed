/** Schedules: runs that the clock starts. */
export const SCHEDULE_LIMITS = {
	/** Most schedules of one agent. Enforced in agents/object/change-schedule. */
	schedulesPerAgent: 100,
	/** The shortest time between two ticks of a schedule, seconds. Enforced in schedules/check-cron. */
	scheduleEverySeconds: 10,
	/** Longest cron, characters: all sixty minutes written out fit. Enforced in contract/schedules. */
	cronChars: 256,
	/** Largest input of a schedule, characters of JSON. Enforced in contract/schedules. */
	scheduleInputChars: 64 * 1024,
	/** How many ticks to come are shown. */
	scheduleNext: 10,
	/** A tick that is later than this was missed, milliseconds: the schedule's `catchUp` says what becomes of it. Enforced in agents/object/due-ticks. */
	scheduleLateMs: 60_000,
	/** How long a failure of a schedule that is equal to the one before it is not told again, milliseconds (a day). Enforced in agents/object/tell-tick. */
	scheduleToldMs: 24 * 60 * 60 * 1000,
	/** How long a tick is tried that could not be started for a reason that passes, milliseconds (an hour). Enforced in agents/object/settle-tick. */
	tickTryMs: 60 * 60 * 1000,
	/** The pause before it is tried again, milliseconds, doubled each time up to the ceiling: no shorter than what starting one takes. */
	tickRetryMs: { first: 15_000, max: 300_000 },
	/** Ticks of one agent that are started at once; the others follow half a second later. Enforced in agents/object/due-ticks. */
	ticksAtOnce: 32,
} as const;
