import type { Handle, HostContents } from "../verb.ts";
import type { Deadline } from "./deadline.ts";
import type { Redactor } from "./redact-secret.ts";
import { type BodyEnd, streamBody } from "./stream-body.ts";

export type BodyStoring =
	| { kind: "stored"; handle: Handle }
	/** The run may not keep as much. */
	| { kind: "refused"; message: string }
	| Exclude<BodyEnd, { kind: "ended" }>;

/** Keeps a body on the host, redacted as it comes. Never holds more of it than the parts that are on their way. */
export const storeBody = async (
	contents: HostContents,
	body: ReadableStream<Uint8Array> | Uint8Array,
	as: { type: string; mostBytes: number },
	redactor: Redactor,
	deadline: Deadline,
): Promise<BodyStoring> => {
	if (body instanceof Uint8Array || redactor.stream() === null) return storeAsItIs(contents, body, as, deadline);
	const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
	const writer = writable.getWriter();
	const storing = contents.store(readable, as);
	const streaming = streamBody(body, as.mostBytes, redactor, deadline, (part) => writer.write(part));
	const closing = streaming.then(
		async (end) => {
			// What is not whole is not kept: the store sees its source fail.
			await (end.kind === "ended" ? writer.close() : writer.abort(new Error("the body did not come to its end")));
			return end;
		},
		// The store has let go of its source: what it says counts.
		() => null,
	);
	const stored = await storeOutcome(storing, deadline);
	// A store that was satisfied before the end, or has failed, reads no more: what waits to be written would wait for ever.
	if (stored.kind !== "stored") writer.abort(new Error("the store has let go")).catch(() => undefined);
	if (stored.kind === "refused") return stored;
	const end = await closing.catch(() => null);
	return end !== null && end.kind !== "ended" ? end : stored;
};

/** Nothing to look for: the runtime moves the bytes, and the store counts them. */
const storeAsItIs = async (
	contents: HostContents,
	body: ReadableStream<Uint8Array> | Uint8Array,
	as: { type: string; mostBytes: number },
	deadline: Deadline,
): Promise<BodyStoring> => {
	const stored = await storeOutcome(contents.store(body, as), deadline);
	// Where the store has not let go of it itself.
	if (stored.kind !== "stored" && !(body instanceof Uint8Array)) body.cancel().catch(() => undefined);
	return stored;
};

const storeOutcome = async (storing: ReturnType<HostContents["store"]>, deadline: Deadline): Promise<BodyStoring> => {
	try {
		const stored = await deadline.race(storing);
		if (stored.kind === "late") return stored;
		return stored.value.kind === "stored" ? stored.value : { kind: "refused", message: stored.value.message };
	} catch {
		return { kind: "broken" };
	}
};
