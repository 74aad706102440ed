/** `Date`, `performance` and the default date of `Intl.DateTimeFormat`, from the program's own clock. */
import {
	apply,
	construct,
	create,
	dateToText,
	defineProperty,
	getOwnPropertyDescriptor,
	setOwn,
	WeakMapConstructor,
	weakGet,
	weakSet,
} from "./primordials.js";
import { shapeAs } from "./shape-as.js";

/**
 * The Date of the program; the runtime's own cannot be reached from it, nor from an instance.
 * @param {import("./clock.js").Clock} clock
 */
export const makeDate = (clock) => {
	const Native = Date;
	/** @param {any[]} args */
	function ProgramDate(...args) {
		if (new.target === undefined) return dateToText(construct(Native, [clock.now()], Native));
		return construct(Native, args.length === 0 ? [clock.now()] : args, new.target);
	}
	shapeAs(ProgramDate, Native);
	setOwn(ProgramDate, "now", () => clock.now(), false);
	return ProgramDate;
};

/** @param {import("./clock.js").Clock} clock */
export const makePerformance = (clock) => {
	const performance = create(null);
	const origin = create(null);
	origin.get = () => clock.startMs;
	origin.enumerable = true;
	origin.configurable = true;
	defineProperty(performance, "timeOrigin", origin);
	setOwn(performance, "now", () => clock.now() - clock.startMs);
	setOwn(performance, "toJSON", () => ({ timeOrigin: clock.startMs }));
	return performance;
};

/** Gives formatters the program's time where they are given no date. @param {import("./clock.js").Clock} clock */
export const prepareIntl = (clock) => {
	const { prototype } = Intl.DateTimeFormat;
	const getter = getOwnPropertyDescriptor(prototype, "format")?.get;
	const toParts = prototype.formatToParts;
	/** @type {WeakMap<object, unknown>} */
	const bound = new WeakMapConstructor();
	/** @param {any} date */
	const dateOf = (date) => (date === undefined ? clock.now() : date);
	if (getter === undefined) return;
	/** @this {object} */
	function format() {
		const native = apply(/** @type {any} */ (getter), this, []);
		const known = weakGet(bound, native);
		if (known !== undefined) return known;
		const made = (/** @type {unknown} */ date) => apply(native, undefined, [dateOf(date)]);
		weakSet(bound, native, made);
		return made;
	}
	const property = create(null);
	property.get = format;
	property.configurable = true;
	property.enumerable = false;
	defineProperty(prototype, "format", property);
	/** @this {object} @param {unknown} date */
	function formatToParts(date) {
		return apply(toParts, this, [dateOf(date)]);
	}
	setOwn(prototype, "formatToParts", formatToParts, false);
};
