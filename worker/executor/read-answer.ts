import { readBoundedJson } from "../../contract/bounded-json.ts";
import { LIMITS } from "../../contract/limits.ts";
import { encodedJsonBounds } from "../../contract/tagged-json.ts";
import { HarnessAnswer } from "./protocol.ts";

/** What came of reading a harness's answer. `why` is for the program's author. */
export type AnswerReading = { kind: "answer"; answer: HarnessAnswer } | { kind: "malformed"; why: string };

/**
 * Reads the text that a harness answered, within the bounds that the largest honest answer needs. What it says is the program's word: the result is
 * not yet checked (contract/tagged-json, checkEncoded), codes and lines are not yet bounded.
 */
export const readAnswer = (text: string): AnswerReading => {
	if (text.length > LIMITS.executorAnswerBytes)
		return { kind: "malformed", why: `the answer is longer than ${LIMITS.executorAnswerBytes} characters` };
	const value = encodedJsonBounds();
	const read = readBoundedJson(text, { depth: value.depth + 4, nodes: value.nodes + LIMITS.logLines * 8 + 64 });
	if (read.kind === "refused") return { kind: "malformed", why: read.why };
	const parsed = HarnessAnswer.safeParse(read.value);
	return parsed.success ? { kind: "answer", answer: parsed.data } : { kind: "malformed", why: "it is not an answer" };
};
