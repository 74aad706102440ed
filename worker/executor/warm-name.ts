import { hexDigest } from "../../contract/hex-digest.ts";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "./isolate-flags.ts";
import type { Job } from "./protocol.ts";

/** What sets apart runs that may share an isolate from those that may not, besides what the job itself says. */
export interface WarmTerms {
	/** The labels that the run begins with: what it kept of others with the same has them all. */
	readonly labels: readonly string[];
	/** Data has the labels of its version. */
	readonly policyVersion: number;
	/** Of the agent: with each change of it, its switches among them, nothing lingers. */
	readonly agentRevision: number;
}

/**
 * The name of the warm isolate that a job may have: a digest over whose it is, what executes, under which limits, with which grants, and with which labels.
 * Jobs that differ in any of these never share one.
 */
export const warmName = (
	{ tenantId, agentId, program, grants, limits }: Pick<Job, "tenantId" | "agentId" | "program" | "grants" | "limits">,
	{ labels, policyVersion, agentRevision }: WarmTerms,
): Promise<string> => {
	const { main, modules, libraries } = program;
	return hexDigest(
		JSON.stringify([
			[tenantId, agentId, agentRevision, policyVersion, [...new Set(labels)].sort()],
			[main, Object.entries(modules).sort(byName), [...(libraries ?? [])].sort()],
			grants.map(({ name, verb, methods, streams }) => [name, verb, methods, streams]),
			[limits.cpuMs, limits.memoryMb, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS],
		]),
	);
};

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]): number => (one < other ? -1 : one > other ? 1 : 0);
