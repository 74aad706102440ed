import { Refusal } from "../../contract/errors.ts";
import type { RefusedAnswer } from "./object/admit-run.ts";

/** A refusal that came as data, as one again: errors lose their class on the way out of an object. */
export const refusalOf = ({ code, message, hint, details }: RefusedAnswer): Refusal => new Refusal(code, message, { hint, details });

/** What an agent's object has answered. @throws Refusal where it is one */
export const acceptAnswer = <Answer extends object>(answer: Answer | RefusedAnswer): Answer => {
	if (isRefused(answer)) throw refusalOf(answer);
	return answer;
};

/** Whether an agent's object has refused. */
export const isRefused = (answer: object | RefusedAnswer): answer is RefusedAnswer => "kind" in answer && answer.kind === "refused";
