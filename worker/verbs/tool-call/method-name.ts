import { RESERVED_METHOD_NAMES } from "../../../contract/reserved-method-names.ts";

/** Names that mean something to the language or to the gate: a method of such a name would be taken for another thing (`await env.x` looks for `then`). */
const TAKEN: ReadonlySet<string> = new Set([
	...RESERVED_METHOD_NAMES,
	...["catch", "finally", "prototype", "toLocaleString", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"],
	...["__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"],
]);

/** The method that a tool becomes: `create-issue` is `create_issue`, `2fa` is `_2fa`. Linear; two names may give the same. */
export const methodNameOf = (toolName: string): string => {
	const name = toolName.replace(/[^A-Za-z0-9_$]/g, "_");
	return /^[0-9]/.test(name) ? `_${name}` : name;
};

/** Why a text cannot be a method's name, or null. */
export const methodNameFault = (name: string): string | null => {
	if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) return "wanted a name that a program can write after the grant's: letters, digits, _ or $";
	return TAKEN.has(name) ? "found a name with a meaning of its own, wanted another one: give it with `as`" : null;
};
