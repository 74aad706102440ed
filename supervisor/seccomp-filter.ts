import { ALLOWED_CALLS, CHECKED_CALLS, HOSTILE_CALLS } from "./seccomp-calls.ts";
import {
	ARCHITECTURE_OFFSET,
	and,
	answer,
	encodeProgram,
	highHalf,
	type Instruction,
	load,
	lowHalf,
	NUMBER_OFFSET,
	skipWhenAtLeast,
	skipWhenEqual,
} from "./seccomp-program.ts";

/** Architectures with a filter: AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h; `calls` is the column of seccomp-calls. */
const ARCHITECTURES: ReadonlyMap<string, { readonly audit: number; readonly calls: number }> = new Map([
	["x64", { audit: 0xc000_003e, calls: 0 }],
	["arm64", { audit: 0xc000_00b7, calls: 1 }],
]);
/** Calls of x32 have this bit in their number; they come with the architecture of x86_64. */
const X32_BIT = 0x4000_0000;

/** SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO with EPERM and with ENOSYS. */
const [ALLOW, KILL, NOT_PERMITTED, NOT_THERE] = [0x7fff_0000, 0x8000_0000, 0x0005_0001, 0x0005_0026];

/** What must hold of one argument: it is one of these, or what is left of it under a mask is this, or it is all zero. */
type Check =
	| { readonly argument: number; readonly oneOf: readonly number[] }
	| { readonly argument: number; readonly mask: number; readonly is: number }
	| { readonly argument: number; readonly zero: true };

/** O_ACCMODE | O_CREAT | O_TRUNC: files are read, never made. */
const WRITES = 0o1103;
/** CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, of all those and of CLONE_NEW* (time, namespaces, cgroup, uts, ipc, user, pid, net), and CLONE_VFORK. */
const [THREAD, THREAD_OR_MORE] = [0x0001_0f00, 0x0001_0f00 | 0x7e02_0000 | 0x4000 | 0x80];
const [UNIX, STREAM, SOCKET_TYPE] = [1, 1, 0xf];

/**
 * What is let through of calls that can do more than workerd needs: threads but no process; a few questions about descriptors; files to be read; names of
 * threads and of memory (PR_SET_NAME, PR_GET_NAME, PR_SET_VMA); its own limits, to be read; unix stream sockets.
 */
const CHECKS = {
	clone: [{ argument: 0, mask: THREAD_OR_MORE, is: THREAD }],
	// F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC.
	fcntl: [{ argument: 1, oneOf: [0, 1, 2, 3, 4, 1030] }],
	// TCGETS, FIONREAD, FIONBIO, FIOCLEX.
	ioctl: [{ argument: 1, oneOf: [0x5401, 0x541b, 0x5421, 0x5451] }],
	open: [{ argument: 1, mask: WRITES, is: 0 }],
	openat: [{ argument: 2, mask: WRITES, is: 0 }],
	prctl: [{ argument: 0, oneOf: [15, 16, 0x5356_4d41] }],
	prlimit64: [
		{ argument: 0, zero: true },
		{ argument: 2, zero: true },
	],
	socket: [
		{ argument: 0, oneOf: [UNIX] },
		{ argument: 1, mask: SOCKET_TYPE, is: STREAM },
	],
	socketpair: [
		{ argument: 0, oneOf: [UNIX] },
		{ argument: 1, mask: SOCKET_TYPE, is: STREAM },
	],
} as const satisfies Readonly<Record<keyof typeof CHECKED_CALLS, readonly Check[]>>;

/** Instructions before the check's refusal stand after it: `rest` of the block's, the refusal being its last. */
const encodeCheck = (check: Check, rest: number): readonly Instruction[] => {
	if ("mask" in check) return [load(lowHalf(check.argument)), and(check.mask), skipWhenEqual(check.is, 0, rest)];
	if ("zero" in check)
		return [load(lowHalf(check.argument)), skipWhenEqual(0, 0, rest + 2), load(highHalf(check.argument)), skipWhenEqual(0, 0, rest)];
	const last = check.oneOf.length - 1;
	return [
		load(lowHalf(check.argument)),
		...check.oneOf.map((value, index) => skipWhenEqual(value, last - index, index === last ? rest : 0)),
	];
};

/** @throws Error when there are none: a call without a condition would be let through whole */
const checksOf = (call: string): readonly Check[] => {
	const checks = new Map<string, readonly Check[]>(Object.entries(CHECKS)).get(call) ?? [];
	if (checks.length === 0) throw new Error(`Filtering system calls: found no condition for ${call}, wanted one or more`);
	return checks;
};

/** One call with conditions: allowed when all hold, else EPERM. */
const checkedBlock = (number: number, checks: readonly Check[]): readonly Instruction[] => {
	const body = [answer(ALLOW), answer(NOT_PERMITTED)];
	// From the last to the first, since each has to know how far off the refusal is.
	for (const check of checks.toReversed()) body.unshift(...encodeCheck(check, body.length - 1));
	return [skipWhenEqual(number, 0, body.length), ...body];
};

const block = (number: number, action: number): readonly Instruction[] => [skipWhenEqual(number, 0, 1), answer(action)];

/**
 * The filter of system calls that an executor process starts under, as raw BPF (what `bwrap --seccomp` and `setpriv --seccomp-filter` read): what workerd
 * needs is allowed, what nobody honest asks for and calls of another architecture end the process, everything else says ENOSYS.
 * @param architecture as `process.arch` has it.
 * @returns null for an architecture that has no filter.
 */
export const seccompFilter = (architecture: string = process.arch): Uint8Array<ArrayBuffer> | null => {
	const found = ARCHITECTURES.get(architecture);
	if (found === undefined) return null;
	const numbersOf = (calls: Readonly<Record<string, readonly (number | null)[]>>): readonly (readonly [string, number])[] =>
		Object.entries(calls).flatMap(([name, numbers]) => {
			const number = numbers[found.calls] ?? null;
			return number === null ? [] : [[name, number] as const];
		});
	return encodeProgram([
		load(ARCHITECTURE_OFFSET),
		...[skipWhenEqual(found.audit, 1, 0), answer(KILL)],
		load(NUMBER_OFFSET),
		...[skipWhenAtLeast(X32_BIT, 0, 1), answer(KILL)],
		...numbersOf(ALLOWED_CALLS).flatMap(([, number]) => block(number, ALLOW)),
		...numbersOf(CHECKED_CALLS).flatMap(([name, number]) => checkedBlock(number, checksOf(name))),
		...numbersOf(HOSTILE_CALLS).flatMap(([, number]) => block(number, KILL)),
		answer(NOT_THERE),
	]);
};
