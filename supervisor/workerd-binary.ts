import { createRequire } from "node:module";
import { z } from "zod";

/** The npm package `workerd` exports where its binary for this machine is; it has no types. */
const WorkerdPackage = z.object({ default: z.string() });

/** Absolute path of the workerd binary that the lockfile pins. */
export const workerdBinary = WorkerdPackage.parse(createRequire(import.meta.url)("workerd")).default;
