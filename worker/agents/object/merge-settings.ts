import type { ScheduleSettings, UpdateSchedule } from "../../../contract/schedules.ts";

/** A schedule's settings with what is said in the place of what there is. */
export const mergeSettings = (before: ScheduleSettings, said: UpdateSchedule): ScheduleSettings => {
	const input = said.input === undefined ? before.input : said.input;
	return {
		name: said.name === undefined ? before.name : said.name,
		cron: said.cron ?? before.cron,
		timeZone: said.timeZone ?? before.timeZone,
		catchUp: said.catchUp ?? before.catchUp,
		...(input === undefined ? {} : { input }),
		grants: said.grants === undefined ? before.grants : said.grants,
		limits: said.limits === undefined ? before.limits : said.limits,
		labels: said.labels ?? before.labels,
		metadata: said.metadata ?? before.metadata,
		programVersion: said.programVersion === undefined ? before.programVersion : said.programVersion,
		isolation: said.isolation === undefined ? before.isolation : said.isolation,
	};
};

/** What a schedule of a cron has where its owner says nothing. */
export const plainSettings = (cron: string): ScheduleSettings => ({
	name: null,
	cron,
	timeZone: "UTC",
	catchUp: "skip",
	grants: null,
	limits: null,
	labels: [],
	metadata: {},
	programVersion: null,
	isolation: null,
});
