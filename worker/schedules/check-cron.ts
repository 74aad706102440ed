import { CronPattern } from "croner";
import { LIMITS } from "../../contract/limits.ts";
import { isTimeZone } from "../budgets/zone-clock.ts";
import { nextTick } from "./cron-times.ts";

/** What fields are written in: nothing of it means a nickname (`@daily`) or a date. */
const FIELDS = /^[0-9A-Za-z*?,/#+-]+(?: [0-9A-Za-z*?,/#+-]+){4,5}$/;
const WANTED =
	"wanted five fields (minute, hour, day of the month, month, day of the week), or six that begin with the second, with one space between them";

/** What is wrong with a cron in a time zone, as the end of a message; null: nothing. */
export const cronFault = (cron: string, timeZone: string, nowMs: number): string | null => {
	if (!isTimeZone(timeZone)) return `timeZone: found ${JSON.stringify(timeZone)}, wanted a name of IANA's time zones, e.g. Europe/Berlin`;
	if (cron.length > LIMITS.cronChars || !FIELDS.test(cron))
		return `cron: found ${JSON.stringify(cron.slice(0, LIMITS.shownChars))}, ${WANTED}`;
	const pattern = read(cron);
	if (typeof pattern === "string") return `cron: ${pattern}`;
	const apart = closest(pattern);
	if (apart < LIMITS.scheduleEverySeconds)
		return `cron: found ticks ${apart} s apart, wanted at least ${LIMITS.scheduleEverySeconds} s between any two`;
	if (nextTick(cron, timeZone, nowMs) === null) return "cron: found none of its times in any year to come, wanted one that comes";
	return null;
};

/** The cron as parsed, or what is wrong with it. */
const read = (cron: string): CronPattern | string => {
	const whole = parse(cron);
	return typeof whole === "string" ? (faultyField(cron.split(" ")) ?? `found that ${whole}, ${WANTED}`) : whole;
};

const parse = (cron: string): CronPattern | string => {
	try {
		return new CronPattern(cron, undefined, { mode: "5-or-6-parts" });
	} catch (error) {
		const why = error instanceof Error ? error.message.replace("CronPattern: ", "") : "it is none";
		return why.slice(0, LIMITS.shownChars);
	}
};

/** What may stand in each field, beginning with the second, which may be left out. */
const FIELDS_WANTED = [
	["second", "0 to 59"],
	["minute", "0 to 59"],
	["hour", "0 to 23"],
	["day of the month", "1 to 31, L (the last), 15W (the weekday nearest to it)"],
	["month", "1 to 12 or JAN to DEC"],
	["day of the week", "0 to 7 (0 and 7: Sunday) or SUN to SAT, FRI#2 (the second), FRI#L (the last)"],
] as const;

/** The first field that is wrong in a cron in which all others are of any time; null: each by itself is right. */
const faultyField = (parts: readonly string[]): string | null => {
	const fields = FIELDS_WANTED.slice(FIELDS_WANTED.length - parts.length);
	for (const [index, [name, wanted]] of fields.entries()) {
		const part = parts[index] ?? "";
		if (typeof parse(fields.map((_, at) => (at === index ? part : "*")).join(" ")) === "string")
			return `${name}: found ${JSON.stringify(part.slice(0, LIMITS.shownChars))}, wanted ${wanted}, * or a list, range or step of such: 1,5 2-4 */2`;
	}
	return null;
};

/** The least number of seconds between two of its ticks, as far as that is below a minute. */
const closest = ({ second, minute }: CronPattern): number => {
	const seconds = second.flatMap((isOn, index) => (isOn ? [index] : []));
	const within = seconds.slice(1).map((each, index) => each - (seconds[index] ?? 0));
	const isNextMinuteToo = minute.some((isOn, index) => isOn && minute[(index + 1) % minute.length]);
	const across = isNextMinuteToo ? [60 - (seconds.at(-1) ?? 0) + (seconds[0] ?? 0)] : [];
	return Math.min(60, ...within, ...across);
};
