import { LIMITS } from "../../../contract/limits.ts";
import { type Deadline, startDeadline } from "../http-fetch/deadline.ts";

/** A deadline that moves on with each sign of life. */
export interface Patience extends Deadline {
	/** From now on so many milliseconds. */
	extend(timeoutMs: number): void;
}

/** Starts a clock that runs out after `timeoutMs` without `extend`, or at once when `outer` aborts. */
export const startPatience = (timeoutMs: number, outer: AbortSignal): Patience => {
	const worn = new AbortController();
	const wear = (): void => worn.abort();
	let timer = setTimeout(wear, timeoutMs);
	const deadline = startDeadline(LIMITS.modelMs.max, AbortSignal.any([worn.signal, outer]));
	return {
		...deadline,
		extend: (moreMs) => {
			clearTimeout(timer);
			timer = setTimeout(wear, moreMs);
		},
		stop: () => {
			clearTimeout(timer);
			deadline.stop();
		},
	};
};
