/**
 * Gives a program its events: answers of calls and timers, one at a time, each in a macrotask of its own and only when the isolate is quiet, so that what
 * the program does is a function of its seed and of the order of its events. That order is recorded where it could have been another, and followed when
 * the program is executed again (docs/design/replay.md).
 */
import { createReader, createRecorder, TIMER } from "./choices.js";
import { create, min, PromiseConstructor } from "./primordials.js";

/**
 * How long a timer that was due before this execution began leaves to the calls that were made, milliseconds: what the journal has of them was there
 * before it, and takes some time to come.
 */
const GRACE_MS = 100;

/**
 * What came for a call: an answer, or a part of one. `cut`: none will come. `never`: in a replay, the recorded run was not answered.
 * @typedef {{ kind: "part" | "value" | "error" | "parked" | "cut" | "never", value: string, code: string, message: string, hint: string, details: object | null, atMs: number | null }} Frame
 * @typedef {{ place: number, frame: Frame | null, isOpen: boolean, isNever: boolean, resolve: (frame: Frame | null) => void }} Wait
 * @typedef {import("./timers.js").Timer} Timer
 * @typedef {{
 *   place: () => number,
 *   at: (place: number) => string,
 *   answered: (place: number) => void,
 *   wait: (place: number) => Promise<Frame | null>,
 *   note: (frame: Frame) => void,
 *   arrive: (place: number, frame: Frame) => void,
 *   leave: (place: number) => void,
 *   travels: () => void,
 *   travelled: () => void,
 *   timersChanged: () => void,
 *   ended: Promise<"parked" | "cut">,
 *   close: () => void,
 *   choices: () => string,
 *   places: () => number,
 * }} Timeline
 */

/**
 * @param {object} options
 * @param {import("./clock.js").Clock} options.clock
 * @param {import("./realm.js").Realm} options.realm
 * @param {import("./timers.js").Timers} options.timers
 * @param {string} options.recorded choices of executions before this one
 * @param {number} options.choicesChars
 * @returns {Timeline}
 */
export const createTimeline = ({ clock, realm, timers, recorded, choicesChars }) => {
	const reader = createReader(recorded);
	const recorder = createRecorder(choicesChars, reader.total);
	/** @type {Record<number, Wait>} */
	const waits = create(null);
	/** @type {Record<number, number>} */
	const sent = create(null);
	let open = 0;
	/** How many of the open ones have their frame. */
	let ready = 0;
	/** How many of the open ones never will. */
	let never = 0;
	let hasNever = false;
	/** How many calls are on their way to the gate, or frames of them back. */
	let travelling = 0;
	let lastPlace = 0;
	/** The waits whose frame is there, in order of arrival. @type {Record<number, Wait>} */
	const arrived = create(null);
	let head = 0;
	let tail = 0;
	const beganMs = realm.now();
	/** When the last call was sent, in real time. */
	let sentMs = beganMs;
	let isLooking = false;
	let isOver = false;
	/** The timer that is really waited for. @type {{ timer: Timer, dueMs: number, handle: unknown } | null} */
	let armed = null;
	/** The timer whose real wait is over, whatever the real clock says. @type {Timer | null} */
	let woken = null;
	/** @type {(kind: "parked" | "cut") => void} */
	let end = () => undefined;
	/** @type {Promise<"parked" | "cut">} */
	const ended = new PromiseConstructor((resolve) => {
		end = resolve;
	});

	const disarm = () => {
		if (armed !== null) realm.clearTimeout(armed.handle);
		armed = null;
	};
	const close = () => {
		isOver = true;
		disarm();
	};

	/** @param {"parked" | "cut"} kind */
	const endAs = (kind) => {
		close();
		end(kind);
	};
	/** Ends the execution where a frame says so. @param {Frame} frame */
	const note = (frame) => {
		if (!isOver && (frame.kind === "parked" || frame.kind === "cut")) endAs(frame.kind);
	};

	/**
	 * Looks for an event when the isolate is quiet. A real timer of 0 ms fires only when nothing else is ready: seen on workerd 1.20261117.1 with
	 * bodies, blobs, forms, streams of every kind, compression, hashes, keys, HTMLRewriter, message channels, imports and RPC within the isolate, in chains
	 * of thousands of them and while answers came from outside. One such timer is enough, and costs about 13 µs.
	 */
	const look = () => {
		if (isLooking || isOver) return;
		isLooking = true;
		realm.setTimeout(turn, 0);
	};

	const turn = () => {
		isLooking = false;
		if (isOver) return;
		const timer = timers.earliest();
		if (armed !== null && armed.timer !== timer) disarm();
		const event = choose(timer);
		if (event === null) {
			if (isStill()) endAs("parked");
			return;
		}
		look();
		if (event === timer) fire(event);
		else deliver(/** @type {Wait} */ (event));
	};

	/**
	 * Whether nothing can come any more that the program waits for, in an execution some of whose calls are never answered: no timer is waited for, nothing
	 * is on its way. Calls may still wait for the turn that one of those keeps.
	 */
	const isStill = () => hasNever && open > 0 && travelling === 0 && armed === null;

	/** The event that comes now, or null when none can yet. @param {Timer | null} timer the earliest @returns {Timer | Wait | null} */
	const choose = (timer) => {
		const isChoice = open + (timer === null ? 0 : 1) > 1;
		const item = reader.next();
		if (item === null) return chooseLive(timer, isChoice);
		if (!isChoice) return timer ?? firstArrived();
		const event = item === TIMER ? timer : waits[item];
		if (event === null || event === undefined || (event !== timer && /** @type {Wait} */ (event).isNever)) {
			// Not the program or not the answers that were recorded: what is left of the record says nothing. The host finds the difference.
			reader.stop();
			recorder.depart();
			return chooseLive(timer, isChoice);
		}
		if (event !== timer && /** @type {Wait} */ (event).frame === null) return null;
		reader.take();
		recorder.add(item);
		return event;
	};

	/** What comes first by real time. @param {Timer | null} timer @param {boolean} isChoice @returns {Timer | Wait | null} */
	const chooseLive = (timer, isChoice) => {
		const wait = firstArrived();
		const isTimer = timer !== null && (wait === null || comesBefore(timer, wait));
		if (timer !== null && isTimer) {
			const waitMs = timer === woken ? 0 : waitFor(timer);
			if (waitMs > 0) {
				arm(timer, waitMs);
				return null;
			}
		}
		const event = isTimer ? timer : wait;
		if (isChoice && event !== null) recorder.add(isTimer ? TIMER : (wait?.place ?? TIMER));
		return event;
	};

	/** Of a program that slept, the overdue timers come before an answer that was given later. @param {Timer} timer @param {Wait} wait */
	const comesBefore = (timer, wait) => timer.dueMs <= realm.now() && timer.dueMs < (wait.frame?.atMs ?? clock.now());

	/** @returns {Wait | null} */
	const firstArrived = () => {
		for (; head < tail; head += 1) {
			const wait = arrived[head];
			if (wait?.isOpen === true) return wait;
			delete arrived[head];
		}
		return null;
	};

	/** How long a timer has still to wait: at most its own delay, however far the real clock is behind. @param {Timer} timer */
	const waitFor = (timer) => {
		const nowMs = realm.now();
		if (timer.dueMs > nowMs) return min(timer.dueMs - nowMs, timer.delayMs);
		return open > ready + never && timer.dueMs < beganMs ? min(sentMs + GRACE_MS - nowMs, GRACE_MS) : 0;
	};

	/** @param {Timer} timer @param {number} waitMs */
	const arm = (timer, waitMs) => {
		if (armed !== null && armed.dueMs === timer.dueMs) return;
		disarm();
		const wake = () => {
			armed = null;
			woken = timer;
			look();
		};
		armed = { timer, dueMs: timer.dueMs, handle: realm.setTimeout(wake, waitMs) };
	};

	/** @param {Timer} timer */
	const fire = (timer) => {
		disarm();
		woken = null;
		timers.fire(timer);
	};

	/** @param {Wait} wait */
	const deliver = (wait) => {
		clock.advance(wait.frame?.atMs ?? null);
		settle(wait, wait.frame);
	};

	/** @param {Wait} wait @param {Frame | null} frame */
	const settle = (wait, frame) => {
		delete waits[wait.place];
		open -= 1;
		if (wait.frame !== null) ready -= 1;
		if (wait.isNever) never -= 1;
		wait.isOpen = false;
		wait.resolve(frame);
	};

	/** No frame comes for a wait: it stays among the events that could come, and none ever does. @param {Wait | undefined} wait */
	const awaitNever = (wait) => {
		hasNever = true;
		if (wait !== undefined && !wait.isNever) {
			wait.isNever = true;
			never += 1;
		}
		look();
	};

	return {
		/** The number of a call in the order in which the program makes them. */
		place: () => {
			lastPlace += 1;
			return lastPlace;
		},
		/** What goes with a call to the gate. @param {number} place */
		at: (place) => {
			sent[place] = recorder.total();
			sentMs = realm.now();
			return `${place} ${recorder.text()}`;
		},
		/** The gate has taken a call, and so has what went with it. @param {number} place */
		answered: (place) => {
			recorder.confirm(sent[place] ?? 0);
			delete sent[place];
		},
		/** The next frame of a call, when it is its turn among the events; null when the program has left the call. @param {number} place */
		wait: (place) =>
			new PromiseConstructor((resolve) => {
				waits[place] = { place, frame: null, isOpen: true, isNever: false, resolve };
				open += 1;
			}),
		note,
		/** @param {number} place @param {Frame} frame */
		arrive: (place, frame) => {
			note(frame);
			if (isOver) return;
			const wait = waits[place];
			if (frame.kind === "never") {
				awaitNever(wait);
				return;
			}
			if (wait === undefined || wait.frame !== null) return;
			wait.frame = frame;
			ready += 1;
			arrived[tail] = wait;
			tail += 1;
			look();
		},
		/** The program wants nothing more of a call. @param {number} place */
		leave: (place) => {
			const wait = waits[place];
			if (wait === undefined) return;
			settle(wait, null);
			look();
		},
		/** Something that brings frames has begun; `travelled` when it has ended. */
		travels: () => {
			travelling += 1;
		},
		travelled: () => {
			travelling -= 1;
			if (hasNever && travelling === 0) look();
		},
		timersChanged: look,
		/** Resolves when nothing more may be told to the program: it is parked, or a call got no answer. */
		ended,
		close,
		/** How many calls the program has made, those included that have not been sent. */
		places: () => lastPlace,
		choices: () => recorder.text(),
	};
};
