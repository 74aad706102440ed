/** Executor processes of one machine. */
export const EXECUTOR_LIMITS = {
	/** Runs and compiles that wait for an executor process at once, all tenants together; past it they are refused. Enforced in supervisor/pool. */
	executorQueue: 2_000,
	/** The same for one tenant, so that no tenant's waiting runs keep another's out. Enforced in supervisor/pool. */
	executorQueueOfTenant: 300,
	/** Longest wait for an executor process, milliseconds; past it the run is refused and the Worker decides. */
	executorQueueWaitMs: 60_000,
	/** Runs after which an executor process is replaced, so that nothing small can grow for ever. */
	executorRuns: 500,
	/** Resident memory a process may keep above its fresh size and still be given back, MiB. */
	executorRetainedMb: 40,
	/** Data segment of an idle workerd, MiB (512 of them the JIT's code range), and what it may have above that and a run's memory. Enforced by `prlimit --data`. */
	executorDataMb: { base: 535, allowance: 160 },
	/** CPU time of an executor process in its life, seconds: above the largest cpuMs. Enforced by `prlimit --cpu`. */
	executorLifetimeCpuS: 180,
	/**
	 * Niceness of executor processes above the supervisor's: behind the control plane, and further behind once a run in them has worked for executorYieldCpuMs, so that short runs of
	 * others do not wait for long ones. Three times apart, and no more: a long run must come to its CPU limit before its wall limit beside the work of others.
	 * Set in supervisor/executor-rlimits and supervisor/watch-run.
	 */
	executorNice: { short: 1, long: 6 },
	/** CPU time of one run, milliseconds, from which on it is a long one: three times what starting and answering a small one takes. */
	executorYieldCpuMs: 60,
	/** CPU lifetime that must be left beyond a run's own limit when a process is given to it, milliseconds. */
	executorCpuMarginMs: 2_000,
	/** CPU time an idle process may have used since it was given back, milliseconds; past it something lingers and it is killed. */
	executorLingerCpuMs: 5,
	/** Warm isolates that are made in one executor process, which never loses one: past it runs have fresh ones, and a process with one that is used up is replaced. Enforced in executor/warm-isolates and supervisor/pool-member. */
	warmIsolatesPerProcess: 4,
	/** The same of one Worker on Cloudflare, which loses them by itself. Enforced in executor/loader. */
	warmIsolatesPerWorker: 500,
	/** Runs that one warm isolate has, so that nothing small can grow for ever. Enforced in worker/executor/warm-isolate. */
	warmRuns: 1_000,
	/** Life of a warm isolate, milliseconds: what lingers in it is no older. Enforced in worker/executor/warm-isolate. */
	warmMs: 600_000,
	/** How long the runs of an agent are fresh after one whose isolate may not be used again, milliseconds, so that a warm one is not made for each of them. Enforced in worker/executor/warm-isolate. */
	warmCoolMs: 30_000,
	/**
	 * How long a run waits for the word that its predecessor's warm isolate may be used again, milliseconds, where that word has come of every run before: a control plane
	 * under load takes some 200 to give it. Enforced in supervisor/pool-member.
	 */
	warmWordMs: 250,
	/** Open files of an executor process. Enforced by `prlimit --nofile`. */
	executorOpenFiles: 256,
	/**
	 * Threads of an executor process: five times what workerd has on a machine of many cores. Past it the run is ended, since threads take memory of the kernel
	 * that no process's figure shows. Enforced in supervisor/watch-run, and on threads and processes together by RLIMIT_NPROC in supervisor/enclosure-unshare.
	 */
	executorThreads: 128,
	/** Longest start of an executor process until its first answer, milliseconds. */
	executorStartMs: 10_000,
	/** Wait after a failed start, milliseconds: doubled each time up to the ceiling. */
	executorBackoffMs: { first: 100, max: 10_000 },
	/** Starts that fail in a row before waiting runs are refused. */
	executorStartFailures: 3,
	/** Time between two looks at a running process, milliseconds: how far a run can pass its limits unseen. */
	executorPollMs: { min: 4, max: 25 },
	/** Largest answer of a harness, bytes: a result, and log lines whose every character may be escaped. Enforced in supervisor/executor-process. */
	executorAnswerBytes: 4 * 1024 * 1024,
	/** Largest job on its way to an executor process, bytes: a program, its source maps and its input, all escaped. */
	executorJobBytes: 16 * 1024 * 1024,
	/** Connections of one process to the gate at once: its calls in flight, and some that close. */
	executorGateConnections: 64,
	/** Longest line of a process's standard output that is read, characters: a console line with every character escaped. */
	executorOutputLineChars: 32 * 1024,
	/** Tail of a process's standard error that is kept for the operator, characters. */
	executorErrorChars: 4_096,
	/** How long running runs may finish after SIGTERM, milliseconds. */
	drainMs: 30_000,
	/** How long the Worker may write down and answer what it learned last before it is stopped, milliseconds. */
	drainSettleMs: 500,
} as const;
