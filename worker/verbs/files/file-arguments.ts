import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { fieldsOf } from "../fields-of.ts";

/** What the methods of a files grant take; each schema's `error` is what was wanted (verbs/parse-arguments). */
export const Path = z.string({ error: "a path, which is a string" });
export const Text = z.string({ error: "a string" }).refine((text) => text.isWellFormed(), { error: "text without half surrogate pairs" });
export const Bytes = z.instanceof(Uint8Array, { error: "a Uint8Array" });
export const TextOrBytes = z.union([Text, Bytes], { error: "text without half surrogate pairs, or a Uint8Array" });
/** A handle as it was given; beside its id it may carry what is known of it. */
const HandleLike = z.object({ handle: z.string({ error: "a handle's id, which is a string" }).max(64, "a handle's id") });
export const Content = z.union([TextOrBytes, HandleLike], { error: "text without half surrogate pairs, a Uint8Array, or a handle" });
const TYPE_WANTED = "a media type such as text/csv";
const MediaType = z
	.string({ error: TYPE_WANTED })
	.max(LIMITS.mediaTypeChars, TYPE_WANTED)
	.regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/, TYPE_WANTED);
export const AsHandle = fieldsOf(
	{ as: z.literal("handle", { error: 'nothing, or { as: "handle" }' }) },
	{ error: 'nothing, or { as: "handle" }' },
).optional();
export const HandleOptions = fieldsOf({ type: MediaType.optional() }, { error: "an object with type" }).optional();
const Offset = z.int({ error: "a whole number, 0 or more" }).min(0, "a whole number, 0 or more");
const Length = z
	.int({ error: `a whole number up to ${LIMITS.fileBytes}` })
	.min(1, "a whole number, 1 or more")
	.max(LIMITS.fileBytes, `at most ${LIMITS.fileBytes}`);
export const RangeOptions = fieldsOf(
	{ offset: Offset.optional(), length: Length.optional() },
	{ error: "an object with offset and length" },
);
