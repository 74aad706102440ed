// A supervisor with one run that spins, which says who its processes are and waits to be killed.
import { jobOf, startTestExecutors } from "./fixture.ts";

const kind = process.argv[2];
if (kind !== "bubblewrap" && kind !== "unshare" && kind !== "none") throw new Error("wanted the kind of enclosure");
const platform = await startTestExecutors({ size: 1, enclosure: kind });
const code = "export default async () => { for (;;); }";
await platform.begin(jobOf(code, { limits: { cpuMs: 60_000, wallMs: 60_000 } })).started;
const pids = platform.executors.pool.processes().map((each) => each.pid);
console.log(JSON.stringify({ pids, socketPath: platform.executors.socketPath }));
