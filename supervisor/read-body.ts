import type { IncomingMessage } from "node:http";
import type { z } from "zod";

/** A request's body, parsed, or why it is refused. */
export type Body<Value> = { kind: "body"; value: Value } | { kind: "refused"; why: string };

/** Reads at most `maxBytes` of a request as JSON of a schema. */
export const readBody = async <Value>(request: IncomingMessage, schema: z.ZodType<Value>, maxBytes: number): Promise<Body<Value>> => {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		if (!Buffer.isBuffer(chunk)) continue;
		bytes += chunk.length;
		if (bytes > maxBytes) return { kind: "refused", why: `the body is larger than ${maxBytes} bytes` };
		chunks.push(chunk);
	}
	try {
		const parsed = schema.safeParse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
		return parsed.success ? { kind: "body", value: parsed.data } : { kind: "refused", why: "the body does not fit its schema" };
	} catch {
		return { kind: "refused", why: "the body is not JSON" };
	}
};
