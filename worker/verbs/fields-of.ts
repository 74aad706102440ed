import { z } from "zod";

const isFields = (value: unknown): boolean =>
	typeof value === "object" && value !== null && !(value instanceof Uint8Array) && !Array.isArray(value);

/**
 * A strict object among a program's arguments. Bytes are refused before zod looks at them: each byte is a property, and naming a million strange ones takes
 * the host's thread some hundred milliseconds.
 * @param params `error`: what was wanted.
 */
export const fieldsOf = <Shape extends z.core.$ZodLooseShape>(shape: Shape, params: { error: string }) =>
	z.custom<unknown>(isFields, params).pipe(z.strictObject(shape, params));
