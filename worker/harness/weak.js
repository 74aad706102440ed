/** Weak references of a program that is to take the same path again: when the collector runs is chance, so nothing is collected before the run ends. */
import { TypeErrorConstructor, WeakMapConstructor, weakDelete, weakSet } from "./primordials.js";

/** Holds its target for good. */
export class StrongRef {
	static name = "WeakRef";
	#target;

	/** @param {unknown} target */
	constructor(target) {
		// What cannot be held weakly is refused as the language refuses it.
		if (typeof target !== "symbol") weakSet(new WeakMapConstructor(), /** @type {any} */ (target), true);
		this.#target = target;
	}

	deref() {
		return this.#target;
	}

	get [Symbol.toStringTag]() {
		return "WeakRef";
	}
}

/** Never calls back. */
export class IdleRegistry {
	static name = "FinalizationRegistry";
	/** @type {WeakMap<object, unknown>} */
	#tokens = new WeakMapConstructor();

	/** @param {unknown} cleanup */
	constructor(cleanup) {
		if (typeof cleanup !== "function") throw new TypeErrorConstructor("FinalizationRegistry: cleanup must be callable");
	}

	/** @param {unknown} _target @param {unknown} _held @param {unknown} [token] */
	register(_target, _held, token) {
		if (typeof token === "object" && token !== null) weakSet(this.#tokens, token, true);
	}

	/** @param {unknown} token @returns {boolean} whether something was registered with it */
	unregister(token) {
		return typeof token === "object" && token !== null && weakDelete(this.#tokens, token);
	}

	get [Symbol.toStringTag]() {
		return "FinalizationRegistry";
	}
}
