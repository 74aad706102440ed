import { z } from "zod";
import { atMost } from "./common.ts";
import { LIMITS } from "./limits.ts";

/** What data can be by its label (docs/flow.md). */
export const DataLabel = z.enum(["private", "untrusted"]);
export type DataLabel = z.infer<typeof DataLabel>;

/** What a run is labelled with from its beginning. */
export const RunLabels = atMost(LIMITS.labelsPerRun, "items", z.array(DataLabel).max(LIMITS.labelsPerRun));

/** Names of a run's grants, out of its agent's. */
export const RunGrants = atMost(LIMITS.grantsPerPolicy, "items", z.array(z.string().max(LIMITS.nameChars)).max(LIMITS.grantsPerPolicy));
