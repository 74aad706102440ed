/*
 * F05 Looks for a clock that goes while it works
 * wall: isolate
 * ends: returns []
 */
export default async () => {
	const clocks = {
		date: () => Date.now(),
		performance: () => performance.now(),
		origin: () => performance.timeOrigin,
		event: () => new Event("x").timeStamp,
		mark: () => performance.mark?.("a")?.startTime ?? 0,
		file: () => new File([], "x").lastModified,
		text: () => new Intl.DateTimeFormat("en", { fractionalSecondDigits: 3, second: "2-digit" }).format(),
		string: () => Date(),
		response: () => new Response("x").headers.get("date") ?? 0,
		uuid: () => typeof Temporal,
	};
	const before = Object.values(clocks).map((read) => read());
	for (let step = 0, x = 0; step < 3e7; step += 1) x += step;
	const after = Object.values(clocks).map((read) => read());
	return Object.keys(clocks).filter((_, index) => before[index] !== after[index]);
};
