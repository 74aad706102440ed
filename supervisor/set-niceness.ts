import { getPriority, setPriority } from "node:os";

const MOST = 19;

/**
 * Sets how much nicer than the supervisor a process's first thread is, in which workerd runs programs. Only root may make it less nice again: elsewhere a
 * process that was made nicer stays so, and its tenant's later runs in it give way to the others when the machine is busy.
 * @param above added to the supervisor's own niceness: more of it is less of the processor
 */
export const setNiceness = (pid: number, above: number): void => {
	try {
		setPriority(pid, Math.min(MOST, getPriority() + above));
	} catch {
		// It is gone, or may not be less nice again.
	}
};
