/*
 * F05 Takes a clock out of the modules that the runtime lets it import
 * wall: isolate
 * ends: contained
 */
export default async () => {
	const name = ["node", "process"].join(":");
	const { default: process } = await import(name);
	const read = () => [process.hrtime?.bigint?.(), process.uptime?.(), process.cpuUsage?.().user, process.memoryUsage?.().rss].map(String).join();
	const before = read();
	for (let step = 0, x = 0; step < 3e7; step += 1) x += step;
	return before === read() ? "stands still" : "goes";
};
