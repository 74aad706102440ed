import { closeSync, readdirSync, readFileSync } from "node:fs";

const LAST_STANDARD_DESCRIPTOR = 2;
/** O_CLOEXEC as `flags:` of /proc/self/fdinfo has it, on x86_64 and aarch64. */
const CLOSES_ON_EXEC = 0o2_000_000;

/** Whether a descriptor goes on to every process that is started from here. False when it is gone. */
const isPassedOn = (descriptor: string): boolean => {
	try {
		const [, flags] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8")) ?? [];
		return flags !== undefined && (Number.parseInt(flags, 8) & CLOSES_ON_EXEC) === 0;
	} catch {
		return false;
	}
};

/**
 * Closes what this process was started with beyond its standard streams and would hand on to executor processes: a terminal's, a service manager's, a log
 * file's. Node opens nothing of its own in that way, and sees to no inherited descriptor behind the first gap above the fifteenth.
 */
export const closeInheritedDescriptors = (): void => {
	for (const descriptor of readdirSync("/proc/self/fd")) {
		if (Number(descriptor) > LAST_STANDARD_DESCRIPTOR && isPassedOn(descriptor)) closeSync(Number(descriptor));
	}
};
