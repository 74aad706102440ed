/** Starts to count the CPU time of this thread: what else the machine is busy with does not count. @returns how many milliseconds it has used since */
export const startCpuClock = (): (() => number) => {
	const from = process.threadCpuUsage();
	return () => {
		const { user, system } = process.threadCpuUsage(from);
		return (user + system) / 1_000;
	};
};
