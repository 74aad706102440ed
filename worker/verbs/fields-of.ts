import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";

/** Whether it is of no class, since a Map or a Date has no fields of its own and would pass for an object that leaves all of them out; and has few fields. */
const isFields = (value: unknown, most: number): boolean => {
	if (typeof value !== "object" || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return (prototype === Object.prototype || prototype === null) && Object.keys(value).length <= most;
};

/**
 * A strict object among a program's arguments. Bytes, whose every byte is a property, and objects of many strange fields are refused before zod looks at them:
 * naming a hundred thousand takes the host's thread some hundred milliseconds.
 * @param params `error`: what was wanted.
 */
export const fieldsOf = <Shape extends z.core.$ZodLooseShape>(shape: Shape, params: { error: string }) => {
	const most = Object.keys(shape).length + LIMITS.strangeFields;
	return z.custom<unknown>((value) => isFields(value, most), params).pipe(z.strictObject(shape, params));
};
