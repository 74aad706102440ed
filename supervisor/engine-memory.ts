import { LIMITS } from "../contract/limits.ts";

const MEBIBYTE = 1024 * 1024;

/** Most that engines may take beside one run: what stands ready, and the engine of a write. */
export const MOST_ENGINE_MB = (LIMITS.enginesPerProcess + 1) * Math.ceil(LIMITS.datasetBytes / MEBIBYTE) + LIMITS.engineOverheadMb;

/**
 * Memory that a run's datasets are allowed beside its own, MiB: the images once to be read and once to be written, and what an engine needs above them.
 * 0 without a dataset.
 */
export const engineMemoryMb = (datasetBytes: number | undefined): number =>
	datasetBytes === undefined ? 0 : Math.min(MOST_ENGINE_MB, Math.ceil((2 * datasetBytes) / MEBIBYTE) + LIMITS.engineOverheadMb);
