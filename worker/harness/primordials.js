/**
 * The language as it was before the program was loaded. The program shares this isolate and may patch any prototype, so the harness calls only what is
 * captured here, walks by index instead of by iterator, and never relies on an inherited property.
 */

/** Calls a function with a given `this` and arguments. */
export const apply = Reflect.apply;
/** @type {(target: any, args: unknown[], newTarget: any) => any} */
export const construct = Reflect.construct;

/**
 * A method as a function of its receiver; keeps working when the prototype is patched later.
 * @template Self
 * @template {unknown[]} Args
 * @template Result
 * @param {(this: Self, ...args: Args) => Result} method
 * @returns {(self: Self, ...args: Args) => Result}
 */
const uncurry =
	(method) =>
	(self, ...args) =>
		apply(method, self, args);

/**
 * A getter of a prototype as a function of its receiver; throws for a receiver of another kind, which makes it a brand check.
 * @param {object} prototype
 * @param {PropertyKey} key
 * @returns {(self: object) => unknown}
 */
const uncurryGetter = (prototype, key) => {
	const getter = Object.getOwnPropertyDescriptor(prototype, key)?.get;
	if (getter === undefined) throw new Error(`Capturing primordials: ${String(key)} has no getter; wanted one.`);
	return (self) => apply(getter, self, []);
};

export const objectPrototype = Object.prototype;
export const create = Object.create;
export const defineProperty = Object.defineProperty;
export const freeze = Object.freeze;
/**
 * Gives an object an own property, whatever setters its prototypes have.
 * @param {object} object
 * @param {PropertyKey} key
 * @param {unknown} value
 * @param {boolean} [enumerable]
 */
export const setOwn = (object, key, value, enumerable = true) => {
	const property = create(null);
	property.value = value;
	property.enumerable = enumerable;
	property.writable = true;
	property.configurable = true;
	defineProperty(object, key, property);
};
export const getOwnPropertyDescriptor = Object.getOwnPropertyDescriptor;
/** @type {(target: object) => object | null} */
export const getPrototypeOf = Object.getPrototypeOf;
/** @type {(target: object) => string[]} */
export const objectKeys = Object.keys;
export const ownKeys = Reflect.ownKeys;
export const hasOwn = Object.hasOwn;
export const deleteProperty = Reflect.deleteProperty;

/** @type {(value: unknown) => value is unknown[]} */
export const isArray = Array.isArray;
export const isFiniteNumber = Number.isFinite;
export const isInteger = Number.isInteger;
export const sameValue = Object.is;
export const toNumber = Number;
export const toText = String;
export const makeBigInt = BigInt;
export const floor = Math.floor;
export const min = Math.min;

/** @type {(text: string) => unknown} */
export const parseJson = JSON.parse;
/** JSON text of a string; `toJSON` is never looked up for a primitive. @type {(text: string) => string} */
export const quote = JSON.stringify;

export const charCodeAt = uncurry(String.prototype.charCodeAt);
/** @type {(text: string, part: string, from?: number) => number} */
export const indexOf = uncurry(String.prototype.indexOf);
/** @type {(text: string, start: number, end?: number) => string} */
export const slice = uncurry(String.prototype.slice);
export const repeat = uncurry(String.prototype.repeat);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const toUpperCase = uncurry(String.prototype.toUpperCase);
/** @type {(pattern: RegExp, text: string) => RegExpExecArray | null} */
export const execute = uncurry(RegExp.prototype.exec);
/** A brand check: throws for what is no regular expression. */
export const regExpSource = uncurryGetter(RegExp.prototype, "source");
export const regExpToText = uncurry(RegExp.prototype.toString);
export const symbolToText = uncurry(Symbol.prototype.toString);
export const functionToText = uncurry(Function.prototype.toString);

const NativeDate = Date;
/** The Date of a text or a number; it knows no time of its own. @param {string | number} value */
export const dateOf = (value) => new NativeDate(value);
export const dateToText = uncurry(Date.prototype.toString);
export const getTime = uncurry(Date.prototype.getTime);
export const toIsoText = uncurry(Date.prototype.toISOString);

export const MapConstructor = Map;
export const mapSize = uncurryGetter(Map.prototype, "size");
/** @type {(map: Map<unknown, unknown>, visit: (value: unknown, key: unknown) => void) => void} */
export const mapForEach = uncurry(Map.prototype.forEach);
/** @type {(map: Map<unknown, unknown>, key: unknown, value: unknown) => unknown} */
export const mapSet = uncurry(Map.prototype.set);
/** @type {(map: Map<unknown, unknown>, key: unknown) => unknown} */
export const mapGet = uncurry(Map.prototype.get);
/** @type {(map: Map<unknown, unknown>, key: unknown) => boolean} */
export const mapDelete = uncurry(Map.prototype.delete);
export const SetConstructor = Set;
export const setSize = uncurryGetter(Set.prototype, "size");
/** @type {(set: Set<unknown>, visit: (value: unknown) => void) => void} */
export const setForEach = uncurry(Set.prototype.forEach);
/** @type {(set: Set<unknown>, value: unknown) => unknown} */
export const setAdd = uncurry(Set.prototype.add);
export const WeakMapConstructor = WeakMap;
/** @type {(map: WeakMap<object, { code: string, hint: string }>, key: object) => { code: string, hint: string } | undefined} */
export const weakMapGet = uncurry(WeakMap.prototype.get);
/** @type {(map: WeakMap<object, { code: string, hint: string }>, key: object, value: { code: string, hint: string }) => unknown} */
export const weakMapSet = uncurry(WeakMap.prototype.set);

/** @type {(map: WeakMap<object, unknown>, key: object) => unknown} */
export const weakGet = uncurry(/** @type {any} */ (WeakMap.prototype).get);
/** @type {(map: WeakMap<object, unknown>, key: object, value: unknown) => unknown} */
export const weakSet = uncurry(/** @type {any} */ (WeakMap.prototype).set);
/** @type {(map: WeakMap<object, unknown>, key: object) => boolean} */
export const weakDelete = uncurry(/** @type {any} */ (WeakMap.prototype).delete);

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
/** @type {(value: unknown) => value is ArrayBufferView} */
export const isView = ArrayBuffer.isView;
export const viewKind = uncurryGetter(typedArrayPrototype, Symbol.toStringTag);
const typedBuffer = uncurryGetter(typedArrayPrototype, "buffer");
const typedOffset = uncurryGetter(typedArrayPrototype, "byteOffset");
const typedBytes = uncurryGetter(typedArrayPrototype, "byteLength");
const viewBuffer = uncurryGetter(DataView.prototype, "buffer");
const viewOffset = uncurryGetter(DataView.prototype, "byteOffset");
const viewBytes = uncurryGetter(DataView.prototype, "byteLength");
export const bufferBytes = uncurryGetter(ArrayBuffer.prototype, "byteLength");
export const BytesConstructor = Uint8Array;

/**
 * The bytes that a typed array or a DataView shows, not copied. Throws when its buffer is detached or too short.
 * @param {ArrayBufferView} view
 * @returns {Uint8Array}
 */
export const bytesOfView = (view) => {
	const typed = viewKind(view) !== undefined;
	const buffer = typed ? typedBuffer(view) : viewBuffer(view);
	const offset = typed ? typedOffset(view) : viewOffset(view);
	const length = typed ? typedBytes(view) : viewBytes(view);
	// @ts-expect-error the getters give an ArrayBuffer and two numbers, which their types here do not say
	return new BytesConstructor(buffer, offset, length);
};
/** Length of a Uint8Array. @type {(bytes: Uint8Array) => number} */
export const byteLength = (bytes) => {
	const length = typedBytes(bytes);
	return typeof length === "number" ? length : 0;
};
/** @type {(bytes: Uint8Array) => string} */
export const toBase64 = uncurry(Uint8Array.prototype.toBase64);
/** @type {(bytes: Uint8Array) => string} */
export const toHex = uncurry(/** @type {any} */ (Uint8Array.prototype).toHex);
export const WordsConstructor = Uint32Array;
export const fromBase64 = Uint8Array.fromBase64;

/** Constructors by the name that `$bytes` carries; without a prototype, since the names come from outside. */
export const byteKinds = freeze({
	__proto__: null,
	ArrayBuffer,
	DataView,
	Int8Array,
	Uint8Array,
	Uint8ClampedArray,
	Int16Array,
	Uint16Array,
	Int32Array,
	Uint32Array,
	Float16Array,
	Float32Array,
	Float64Array,
	BigInt64Array,
	BigUint64Array,
});

const encoder = new TextEncoder();
const encodeText = uncurry(TextEncoder.prototype.encode);
/** UTF-8 bytes of a text. @type {(text: string) => number} */
export const utf8Bytes = (text) => byteLength(encodeText(encoder, text));

export const ErrorConstructor = Error;
export const RangeErrorConstructor = RangeError;
export const TypeErrorConstructor = TypeError;
/** @type {(value: unknown) => boolean} */
export const isError = /** @type {any} */ (Error).isError;
export const PromiseConstructor = Promise;

/** @type {(line: string) => void} */
export const printLine = console.log;
