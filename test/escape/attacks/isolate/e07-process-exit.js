/*
 * E07 Exits and aborts the process
 * wall: isolate
 * ends: program_threw | never_settled
 */
export default async () => {
	const name = ["node", "process"].join(":");
	const { default: process } = await import(name);
	for (const end of [() => process.exit(3), () => process.reallyExit(3), () => process.abort()]) {
		try {
			end();
		} catch {
			// The next one.
		}
	}
	throw new Error("still here");
};
