/*
 * E16 Lists the global names; one that is not known yet has not been looked at
 * wall: isolate
 * ends: returns []
 */
const KNOWN = new Set(
	"AbortController AbortSignal Blob Body ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DecompressionStream Event EventTarget File FileReader FixedLengthStream FormData HTMLRewriter Headers IdentityTransformStream MessageChannel MessageEvent MessagePort Navigator Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming PromiseRejectionEvent ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader Request Response ServiceWorkerGlobalScope SubtleCrypto TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern URLSearchParams WorkerGlobalScope WritableStream WritableStreamDefaultController WritableStreamDefaultWriter addEventListener atob btoa clearInterval clearTimeout close CloseEvent ErrorEvent console constructor crypto dispatchEvent fetch navigator onerror onrejectionhandled onunhandledrejection origin performance postMessage queueMicrotask removeEventListener reportError scheduler self setInterval setTimeout structuredClone".split(
		" ",
	),
);
const LANGUAGE = new Set(
	"AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String SuppressedError Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite isNaN parseFloat parseInt undefined unescape".split(
		" ",
	),
);
export default () => {
	const found = [];
	for (let holder = globalThis; holder !== Object.prototype && holder !== null; holder = Object.getPrototypeOf(holder)) {
		for (const name of Object.getOwnPropertyNames(holder)) if (!KNOWN.has(name) && !LANGUAGE.has(name)) found.push(name);
	}
	return found;
};
