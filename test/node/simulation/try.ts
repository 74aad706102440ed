/** One world, told step by step: `node test/node/simulation/try.ts <seed>`. */
import { simulateSeed } from "./simulate-seed.ts";

const { fault, trace } = await simulateSeed(Number(process.argv[2] ?? 1), new Set(), true);
console.log(trace.join("\n"));
console.log(fault ?? "everything holds");
process.exitCode = fault === null ? 0 : 1;
