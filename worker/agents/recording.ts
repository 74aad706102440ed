import { z } from "zod";
import { Call, Run } from "../../contract/runs.ts";
import { CompiledProgram, GrantShape } from "../executor/protocol.ts";

const KeptAnswer = z.strictObject({ text: z.string().nullable(), key: z.string().nullable(), atMs: z.int().nullable() });

/** All that an ended run can be executed again from, as the store keeps it: docs/design/replay.md. */
export const Recording = z.strictObject({
	version: z.literal(1),
	run: Run,
	program: CompiledProgram,
	/** Encoded input. */
	input: z.string(),
	choices: z.string(),
	/** Input files, bytes as base64; null: they were too many to keep. */
	inputs: z.array(z.strictObject({ path: z.string(), bytes: z.string() })).nullable(),
	shapes: z.array(GrantShape),
	limits: z.strictObject({ wallMs: z.int(), cpuMs: z.int(), memoryMb: z.int(), calls: z.int() }),
	seed: z.string(),
	clockMs: z.int(),
	/** Whether every answer was kept. */
	repeatable: z.boolean(),
	/** Labels that the run began with; those that it ended with are the run's. */
	givenLabels: z.array(z.string()),
	/** How many calls its program had made when it ended, by the isolate's word; null: it was stopped. */
	places: z.int().nullable(),
	/** How many of them could be sent, likewise. */
	sent: z.int().nullable(),
	/** Honeytokens that its calls were searched for. */
	canaries: z.array(z.string()).optional(),
	/** Of a dry run: its plan's effects, as the object of another run finds them again. */
	planKinds: z.array(z.string()),
	calls: z.array(
		z.strictObject({
			record: Call,
			kind: z.string(),
			place: z.int(),
			/** How many of the choices had been made when it was asked for. */
			choices: z.int(),
			idempotent: z.boolean(),
			args: z.string().nullable(),
			answer: KeptAnswer.nullable(),
		}),
	),
});
export type Recording = z.infer<typeof Recording>;
