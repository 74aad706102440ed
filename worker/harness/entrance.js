/** Who may have a run in an isolate, and when: one run in all in a fresh one, one at a time in a warm one. */
import { ErrorConstructor } from "./primordials.js";

/**
 * A program can import the harness and make one of its own. That would have a second timeline, and see the real time between the two: so it is let in only
 * by the name that the host gave the isolate, which no program is told.
 * @returns {{ enter: (isolate: string | null) => void, leave: () => void }} `enter` throws for whoever may not
 */
export const createEntrance = () => {
	/** Null as long as nobody has been here, and for good in a fresh isolate. @type {string | null} */
	let name = null;
	let isNew = true;
	let isTaken = false;
	return {
		enter: (isolate) => {
			if (isTaken) throw new ErrorConstructor("Running a program: this isolate has had its run, wanted a new one.");
			if (!isNew && (isolate === null || isolate !== name))
				throw new ErrorConstructor("Running a program: this isolate has had its run, wanted its own name.");
			isNew = false;
			isTaken = true;
			name = isolate;
		},
		leave: () => {
			isTaken = name === null;
		},
	};
};
