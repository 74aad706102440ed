/** Constructors that stand for the runtime's own. */
import { defineProperty, getOwnPropertyDescriptor, ownKeys, setOwn } from "./primordials.js";

/**
 * Gives a constructor the statics, the name and the prototype of the one that it stands for, and itself as the prototype's constructor: the runtime's own
 * is then reached neither from it nor from an instance. Only before the program is loaded.
 * @param {Function} made @param {Function} native
 */
export const shapeAs = (made, native) => {
	const keys = ownKeys(native);
	for (let index = 0; index < keys.length; index += 1) {
		const key = keys[index] ?? "";
		const property = getOwnPropertyDescriptor(native, key);
		if (property !== undefined) defineProperty(made, key, property);
	}
	setOwn(native.prototype, "constructor", made, false);
};
