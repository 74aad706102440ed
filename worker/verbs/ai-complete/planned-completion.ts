import { minimalValue } from "../json-schema/minimal-value.ts";
import type { CompletionPlan } from "./completion-plan.ts";

/** What a dry run answers in place of a completion: no text, or a small object that fits the schema (null where none is found easily), and no tokens. */
export const plannedCompletion = ({ model, wanted }: Pick<CompletionPlan, "model" | "wanted">): unknown => {
	const rest = { usage: { inputTokens: 0, outputTokens: 0, estimated: true }, model, finishReason: "stop" };
	return wanted === null ? { text: "", ...rest } : { object: minimalValue(wanted.json), ...rest };
};
