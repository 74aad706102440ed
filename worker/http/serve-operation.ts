import type { z } from "zod";
import { Refusal } from "../../contract/errors.ts";
import type { Operation } from "../../contract/operation.ts";
import { OPERATIONS, type OperationId } from "../../contract/operations.ts";
import type { Env } from "../env.ts";
import type { BodyStream, Caller, HandlerInput, Handlers, RawRequest } from "../handler.ts";
import { type HeldBytes, holdBodyBytes, holdStreamBytes } from "./body-bytes.ts";
import { enterCounted } from "./enter-counted.ts";
import { type Doors, enter } from "./enter.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { parsePart, readQuery } from "./parse-part.ts";
import { readBody } from "./read-body.ts";
import { type OpenedRaw, openRaw } from "./raw-request.ts";
import { rateLimitOf } from "./rate-limit.ts";
import { readStream } from "./read-stream.ts";
import { refusalResponse } from "./refusals.ts";
import { strangerAddress } from "./stranger-address.ts";

/** A request at its route. */
export interface Asked {
	readonly request: Request;
	/** The path's parameters, decoded once. */
	readonly params: Readonly<Record<string, string>>;
	readonly env: Env;
	readonly requestId: string;
	waitUntil(work: Promise<unknown>): void;
}

/** An operation as messages name it: `GET /v1/runs/{id}`. Never the request's own path. */
export const labelOf = (operation: Pick<Operation, "method" | "path">): string => `${operation.method} ${operation.path}`;

/**
 * One request through one operation: access and rate, then parameters, query and body, then the room's handler. Never throws.
 */
export const serveOperation = async <Id extends OperationId>(
	id: Id,
	handlers: Handlers<OperationId>,
	doors: Doors,
	asked: Asked,
): Promise<Response> => {
	const operation: Operation = OPERATIONS[id];
	const label = labelOf(operation);
	const entered = await enterCounted(operation, label, asked.request, asked.env, doors);
	const answer =
		entered.kind === "refused" ? refuse(entered.thrown, operation, asked) : await serveCaller(id, entered.caller, handlers, doors, asked);
	for (const [name, value] of Object.entries(entered.fields)) answer.headers.set(name, value);
	return answer;
};

const refuse = (thrown: unknown, operation: Operation, { requestId }: Asked): Response =>
	refusalResponse(sameForEveryId(thrown, operation), { requestId, label: labelOf(operation) });

/** The request of somebody who was let in. Never throws. */
const serveCaller = async <Id extends OperationId>(
	id: Id,
	caller: Caller | null,
	handlers: Handlers<OperationId>,
	doors: Doors,
	asked: Asked,
): Promise<Response> => {
	const operation: Operation = OPERATIONS[id];
	const label = labelOf(operation);
	let held: HeldBytes | null = null;
	const opened = operation.raw === undefined ? null : openRaw(label, asked.request, operation.raw.mostBytes, rateLimitOf(asked.env));
	try {
		if (operation.body !== null && caller !== null) held = holdBodyBytes(label, caller.tenantId, asked.request.headers);
		if (operation.stream !== undefined && caller !== null) held = holdStreamBytes(label, caller.tenantId);
		const parts = await parseParts(operation, asked, (bytes) => held?.came(bytes));
		const letIn = (): Promise<unknown> => enter(operation.access, label, asked.request, asked.env, doors);
		const isWelcome = (): Promise<boolean> =>
			letIn().then(
				() => true,
				() => false,
			);
		// A body takes its time to come: a key that was revoked meanwhile begins nothing.
		if (operation.body !== null) await letIn();
		const answer = await handlers[id](
			inputOf<Id>({ ...parts, ...asked, params: parts.params, caller, raw: opened?.raw ?? null, isWelcome }),
		);
		return answer instanceof Response ? answer : Response.json(answer.body, { status: answer.status, headers: answer.headers ?? {} });
	} catch (thrown) {
		return refuse(opened === null ? thrown : refusalOfStranger(thrown, label, opened, asked), operation, asked);
	} finally {
		held?.giveBack();
		opened?.close();
	}
};

/** A raw request that nothing has shown to be anybody's own counts as a stranger's. */
const refusalOfStranger = (thrown: unknown, label: string, opened: OpenedRaw, { env, request }: Asked): unknown =>
	opened.isCounted()
		? thrown
		: (rateLimitOf(env).countStranger(label, strangerAddress(env, request.headers), Date.now()).refusal ?? thrown);

interface Parts {
	readonly params: unknown;
	readonly query: unknown;
	readonly body: unknown;
	readonly stream: BodyStream | null;
	readonly bodyDigest: string;
	readonly idempotencyKey: string | null;
	readonly lastEventId: string | null;
	readonly wantsPage: boolean;
	readonly origin: string;
}

/** What a handler gets besides the request's parts. */
interface Surroundings extends Omit<Asked, "params"> {
	readonly caller: Caller | null;
	readonly raw: RawRequest | null;
	isWelcome(): Promise<boolean>;
}

/** @param came told how long the body was that has come */
const parseParts = async (operation: Operation, asked: Asked, came: (bytes: number) => void): Promise<Parts> => {
	const label = labelOf(operation);
	const params = parseParams(operation, asked.params);
	const query = parsePart(label, operation.query, readQuery(label, asked.request.url));
	const idempotencyKey = readIdempotencyKey(label, asked.request.headers);
	const lastEventId = asked.request.headers.get("last-event-id");
	const wantsPage = /\btext\/html\b/i.test(asked.request.headers.get("accept") ?? "");
	const origin = new URL(asked.request.url).origin;
	const bare = { params, query, body: null, stream: null, bodyDigest: "", idempotencyKey, lastEventId, wantsPage, origin };
	if (operation.stream !== undefined) return { ...bare, stream: readStream(label, operation.stream, asked.request) };
	if (operation.body === null) return bare;
	const { value, bytes, digest } = await readBody(label, asked.request);
	came(bytes);
	return { ...bare, body: parsePart(label, operation.body, value), bodyDigest: digest };
};

/** What is no id at all is answered as an id that does not exist. */
const parseParams = (operation: Operation, raw: Readonly<Record<string, string>>): unknown => {
	const { id: schema }: { readonly id?: z.ZodType } = operation.params.shape;
	const { id } = raw;
	if (schema && !schema.safeParse(id).success) throw notFound(operation);
	return parsePart(labelOf(operation), operation.params, raw);
};

/**
 * The answer to an id that is not there says nothing but the operation, whichever room gave it: an unknown id, another tenant's and what is
 * no id at all cannot be told apart. Only a path within something may be told of, by a room that has found that thing for this tenant and gives the
 * path in the refusal's details.
 */
const sameForEveryId = (thrown: unknown, operation: Operation): unknown => {
	const isOfId = thrown instanceof Refusal && thrown.code === "not_found" && "id" in operation.params.shape;
	if (!isOfId) return thrown;
	return "path" in operation.params.shape && "path" in thrown.details ? thrown : notFound(operation);
};

const notFound = (operation: Operation): Refusal => {
	const found = `${labelOf(operation)}: found nothing with this ${Object.keys(operation.params.shape).join(" and ")}`;
	if (operation.access.kind !== "public") return new Refusal("not_found", `${found}, wanted what belongs to the key's tenant`);
	return new Refusal("not_found", `${found}, wanted one that is there`, {
		hint: "Check the URL: what is deleted or switched off is not found.",
	});
};

/**
 * The place where the table's types meet what its schemas have parsed: every part comes out of the schema that the type is inferred from, and `caller`
 * out of the access that its type follows.
 */
function inputOf<Id extends OperationId>(parts: Parts & Surroundings): HandlerInput<Id>;
function inputOf(parts: Parts & Surroundings): unknown {
	const { request: _request, waitUntil: wait, ...given } = parts;
	return { ...given, waitUntil: (work: Promise<unknown>): void => wait(work) };
}
