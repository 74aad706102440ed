import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";

const toBytes = (payload: string | Uint8Array): Uint8Array<ArrayBuffer> =>
	new Uint8Array(typeof payload === "string" ? new TextEncoder().encode(payload) : payload);

/** Text or bytes of a program, as given: text is well-formed, and both have at most `payloadBytes`. */
export const TextOrBytes = z
	.union([z.string(), z.instanceof(Uint8Array)], { error: "a string or a Uint8Array (an object: JSON.stringify it first)" })
	.refine((payload) => typeof payload !== "string" || payload.isWellFormed(), { error: "text without half surrogate pairs" })
	.refine((payload) => payload.length <= LIMITS.payloadBytes && toBytes(payload).length <= LIMITS.payloadBytes, {
		error: `at most ${LIMITS.payloadBytes} bytes`,
	});

/** The same as bytes: text as UTF-8, not normalised. */
export const Payload = TextOrBytes.transform(toBytes);
