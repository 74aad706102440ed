import { Refusal } from "../../../contract/errors.ts";
import { locatorOf, newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { CreateRun } from "../../../contract/runs.ts";
import { type AgentEntry, agentObject, findByLocator } from "../../agents/agent-registry.ts";
import type { AdmitCommand } from "../../agents/object/admit-run.ts";
import { otherPolicy } from "../../agents/object/plan-rows.ts";
import type { Recording } from "../../agents/recording.ts";
import type { Env } from "../../env.ts";
import { inlineMsOf } from "../start-run.ts";
import { findRecording } from "./find-recording.ts";
import { recordedFiles } from "./recorded-files.ts";

const ACTION = "Executing a plan";
/** A plan's digest ends with what leads to its agent (agents/object/plan-rows). */
const DIGEST = /^sha256:[0-9a-f]{64}\.[0-9a-hjkmnp-tv-z]{16}$/;
/** What a plan says by itself. */
const SETTLED = [
	...(["agent", "grants", "program", "programVersion", "language", "input", "files", "limits", "isolation", "labels", "dryRun"] as const),
];

/**
 * The run that executes an approved plan: the dry run's program, input, files and grants, with its chance and its clock, and of effects exactly the plan's.
 * @throws Refusal `invalid_request`: fields that the plan settles; `not_found`: no such plan of the tenant; `conflict`, in words
 */
export const planCommand = async (
	env: Env,
	tenantId: string,
	digest: string,
	body: CreateRun,
): Promise<{ entry: AgentEntry; command: AdmitCommand }> => {
	const given = SETTLED.filter((field) => body[field] !== undefined);
	if (given.length > 0) {
		const message = `${ACTION}: found ${given.join(", ")} beside approvePlan, wanted nothing but wait and metadata: the plan says the rest`;
		throw new Refusal("invalid_request", message, {
			details: { issues: given.map((path) => ({ path, wanted: "nothing beside approvePlan" })) },
		});
	}
	const entry = DIGEST.test(digest) ? await findByLocator(env, tenantId, locatorOf(digest)) : null;
	const plan = entry === null ? null : await agentObject(env, entry).findPlan(digest);
	if (entry === null || plan === null) {
		throw new Refusal(
			"not_found",
			`${ACTION}: approvePlan: there is no plan of that digest (any more), wanted the digest of the plan of a dry run that succeeded`,
		);
	}
	const recording = await findRecording(env, entry, plan.runId, ACTION);
	checkQuestions(recording);
	await checkAgent(env, entry, recording.run.policyVersion);
	return { entry, command: commandOf(entry, recording, digest, body) };
};

/** A plan that asks a question has no answer to it, and what follows depends on the answer. */
const checkQuestions = ({ run }: Recording): void => {
	const asking = run.plan?.effects.find(({ verb }) => verb === "human.ask");
	if (asking === undefined) return;
	const message = `${ACTION}: the plan has the question env.${asking.grant}.${asking.method}, which a person answers while the run goes; wanted a plan without questions: start the run without dryRun`;
	throw new Refusal("conflict", message);
};

/** Says at once what the agent's object finds again when it takes the plan. */
const checkAgent = async (env: Env, entry: AgentEntry, policyVersion: number): Promise<void> => {
	const agent = await agentObject(env, entry).agent(entry);
	if (agent?.status !== "active") throw new Refusal("conflict", `${ACTION}: the agent is ${agent?.status ?? "gone"}, wanted an active one`);
	if (agent.policyVersion !== policyVersion) throw new Refusal("conflict", `${ACTION}: ${otherPolicy(policyVersion, agent.policyVersion)}`);
};

const stampsOf = ({ calls }: Recording): Record<string, number> =>
	Object.fromEntries(
		calls.flatMap(({ kind, record, answer }) => (answer === null || answer.atMs === null ? [] : [[`${kind} ${record.nth}`, answer.atMs]])),
	);

const commandOf = (entry: AgentEntry, recording: Recording, digest: string, body: CreateRun): AdmitCommand => {
	const { run, seed, clockMs } = recording;
	return {
		runId: newRoutedId("run", locatorOf(entry.agentId)),
		program: recording.program,
		programDigest: run.programDigest,
		programVersion: run.programVersion,
		input: recording.input,
		files: recordedFiles(recording, ACTION),
		grants: run.grants,
		limits: recording.limits,
		labels: recording.givenLabels,
		metadata: body.metadata ?? {},
		executesUpToMs: LIMITS.waitSeconds * 1000,
		inlineMs: inlineMsOf(body.wait),
		mode: "live",
		origin: {
			...{ source: run.id, seed, clockMs, choices: "", labels: [], shapes: null, terms: null },
			calls: [],
			canaries: recording.canaries ?? [],
		},
		plan: { digest, policyVersion: run.policyVersion, kinds: recording.planKinds, stamps: stampsOf(recording) },
	};
};
