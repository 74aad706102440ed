import type { Content } from "../verb.ts";

/**
 * The init of a request whose body is read as it is sent. Its length is told beforehand where the runtime can (workerd's FixedLengthStream): many stores
 * take no body of unknown length.
 */
export const fixedLengthBody = <Init extends object>(
	init: Init,
	content: Content,
): Init & { body: ReadableStream<Uint8Array>; duplex: "half" } => ({
	...init,
	body: withLength(content),
	duplex: "half",
});

const withLength = ({ body, bytes }: Content): ReadableStream<Uint8Array> => {
	const fixedLength: unknown = Reflect.get(globalThis, "FixedLengthStream");
	if (typeof fixedLength !== "function") return body;
	const stream: unknown = Reflect.construct(fixedLength, [bytes]);
	if (!(stream instanceof TransformStream)) return body;
	body.pipeTo(stream.writable).catch(() => undefined);
	return stream.readable;
};
