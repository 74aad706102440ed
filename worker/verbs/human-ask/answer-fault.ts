import { LIMITS } from "../../../contract/limits.ts";
import { compileSchema } from "../json-schema/compile-schema.ts";
import { faultText } from "../json-schema/schema-walk.ts";

/**
 * What is wrong with a person's answer to a question, in words; null when it is one. An answer is data for the program: what does not fit is refused to the
 * person, so that a program never sees it.
 * @param schema JSON Schema of the question; null: text of at most LIMITS.questionAnswerChars characters.
 * @param answer parsed JSON; undefined: none was given.
 */
export const answerFault = (schema: unknown, answer: unknown): string | null => {
	if (answer === undefined) return "answer: found none, wanted one: the call asks a question";
	if (schema === null) return textFault(answer);
	const compiled = compileSchema(schema, { unknownKeywords: "refuse" });
	if (compiled.kind === "refused") return "answer: found a question whose schema cannot be checked, wanted another question";
	const fault = compiled.check(answer);
	if (fault !== null) return faultText("answer", fault);
	const chars = JSON.stringify(answer).length;
	return chars > LIMITS.questionAnswerChars ? tooLong(chars) : null;
};

const textFault = (answer: unknown): string | null => {
	if (typeof answer !== "string") return "answer: found something else, wanted text";
	if (!answer.isWellFormed()) return "answer: found half a surrogate pair, wanted text";
	return answer.length > LIMITS.questionAnswerChars ? tooLong(answer.length) : null;
};

const tooLong = (chars: number): string => `answer: found ${chars} characters, wanted at most ${LIMITS.questionAnswerChars}`;
