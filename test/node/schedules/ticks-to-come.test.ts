import { expect, it } from "vitest";
import { nextTick, nextTicks } from "../../../worker/schedules/cron-times.ts";
import { ticksToCome } from "../../../worker/schedules/ticks-to-come.ts";

const FROM_MS = Date.parse("2027-03-27T12:00:00Z");

it("ticksToCome() tells what the cron names, tick after tick, whatever is told in between and however the schedules that share a cron stand", () => {
	const zones = ["Europe/Berlin", "UTC"];
	const crons = ["30 2 * * *", "*/30 * * * *", "*/10 * * * * *", "0 0 29 2 *"];
	const firsts = new Map(zones.flatMap((zone) => crons.map((cron) => [`${zone} ${cron}`, nextTick(cron, zone, FROM_MS) ?? 0] as const)));
	for (let tick = 0; tick < 15; tick += 1)
		for (const zone of zones)
			for (const cron of crons) {
				const first = firsts.get(`${zone} ${cron}`) ?? 0;
				const far = nextTicks(cron, zone, first + 86_400_000, 1)[0] ?? 0;
				for (const from of [first, far, first])
					expect(ticksToCome(cron, zone, from, 10)).toEqual([from, ...nextTicks(cron, zone, from, 9)]);
				firsts.set(`${zone} ${cron}`, nextTick(cron, zone, first) ?? 0);
			}
});

it("ticksToCome() keeps what it told of a few hundred crons, and is right of more", () => {
	for (let round = 0; round < 2; round += 1)
		for (let index = 0; index < 600; index += 1) {
			const cron = `${index % 60} ${Math.floor(index / 60)} * * *`;
			const first = nextTick(cron, "UTC", FROM_MS) ?? 0;
			expect(ticksToCome(cron, "UTC", first, 3)).toEqual([first, first + 86_400_000, first + 2 * 86_400_000]);
		}
});

it("ticksToCome() tells the one tick where none was asked to follow", () => {
	expect(ticksToCome("0 6 * * *", "UTC", FROM_MS, 1)).toEqual([FROM_MS]);
	expect(ticksToCome("0 6 * * *", "UTC", FROM_MS, 2)).toHaveLength(2);
});
