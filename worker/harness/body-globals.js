/** `Request`, `Response` and `File` as the program has them: what the runtime would draw by chance or take from the real clock comes from the run. */
import { encodeForm } from "./forms.js";
import {
	apply,
	construct,
	create,
	defineProperty,
	getOwnPropertyDescriptor,
	setOwn,
	toNumber,
	WeakMapConstructor,
	weakGet,
	weakSet,
} from "./primordials.js";
import { shapeAs } from "./shape-as.js";
import { isRequest } from "./web.js";

const INIT_KEYS = ["body", "cache", "cf", "credentials", "encodeResponseBody", "fetcher", "headers", "integrity", "method", "mode"];
const MORE_INIT_KEYS = ["redirect", "referrer", "referrerPolicy", "signal"];

/** @param {any} from @param {any} to @param {string[]} keys */
const copyKeys = (from, to, keys) => {
	for (let index = 0; index < keys.length; index += 1) {
		const key = keys[index] ?? "";
		const value = from[key];
		if (value !== undefined) to[key] = value;
	}
};

/** @param {import("./random.js").Random} random */
export const makeRequestClass = (random) => {
	const Native = Request;
	/** Each property of an init is read once, so that a getter cannot give a form to the runtime alone. @param {unknown} init */
	const initOf = (init) => {
		if (typeof init !== "object" || init === null || isRequest(init)) return init;
		/** @type {any} */
		const options = create(null);
		copyKeys(init, options, INIT_KEYS);
		copyKeys(init, options, MORE_INIT_KEYS);
		if (options.body !== undefined) options.body = encodeForm(options.body, random);
		return options;
	};
	/** @param {any[]} args */
	function ProgramRequest(...args) {
		if (new.target === undefined) return apply(/** @type {any} */ (Native), undefined, args);
		if (args.length > 1) setOwn(args, 1, initOf(args[1]));
		return construct(Native, args, new.target);
	}
	shapeAs(ProgramRequest, Native);
	return ProgramRequest;
};

/** @param {import("./random.js").Random} random */
export const makeResponseClass = (random) => {
	const Native = Response;
	/** @param {any[]} args */
	function ProgramResponse(...args) {
		if (new.target === undefined) return apply(/** @type {any} */ (Native), undefined, args);
		if (args.length > 0) setOwn(args, 0, encodeForm(args[0], random));
		return construct(Native, args, new.target);
	}
	shapeAs(ProgramResponse, Native);
	return ProgramResponse;
};

/** A file whose time is not given has the program's; one out of a form, the time at which it is first asked. @param {import("./clock.js").Clock} clock */
export const makeFileClass = (clock) => {
	const Native = File;
	const getter = getOwnPropertyDescriptor(Native.prototype, "lastModified")?.get;
	/** @type {WeakMap<object, unknown>} */
	const times = new WeakMapConstructor();
	/** @param {any[]} args */
	function ProgramFile(...args) {
		if (new.target === undefined) return apply(/** @type {any} */ (Native), undefined, args);
		const options = create(null);
		if (typeof args[2] === "object" && args[2] !== null) copyKeys(args[2], options, ["endings", "lastModified", "type"]);
		options.lastModified = options.lastModified === undefined ? clock.now() : toNumber(options.lastModified);
		if (args.length > 1) setOwn(args, 2, options);
		const file = construct(Native, args, new.target);
		if (getter !== undefined) weakSet(times, file, apply(getter, file, []));
		return file;
	}
	shapeAs(ProgramFile, Native);
	const property = create(null);
	/** @this {object} */
	property.get = function lastModified() {
		// The runtime's own getter knows a file from anything else.
		if (getter !== undefined) apply(getter, this, []);
		const known = weakGet(times, this);
		if (known !== undefined) return known;
		weakSet(times, this, clock.now());
		return clock.now();
	};
	property.enumerable = true;
	property.configurable = true;
	defineProperty(Native.prototype, "lastModified", property);
	return ProgramFile;
};
