import { Hono } from "hono";
import { Refusal } from "../../contract/errors.ts";
import { OPERATIONS, type OperationId } from "../../contract/operations.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { checkHead } from "./check-head.ts";
import { discardBody } from "./discard-body.ts";
import type { Doors } from "./enter.ts";
import { refusalResponse } from "./refusals.ts";
import { routePattern } from "./route-pattern.ts";
import { serveOperation } from "./serve-operation.ts";
import { shownText } from "./shown-text.ts";
import { stampResponse } from "./stamp-response.ts";

interface House {
	Bindings: Env;
	Variables: { requestId: string };
}

const isOperationId = (id: string): id is OperationId => Object.hasOwn(OPERATIONS, id);
const OPERATION_IDS: readonly OperationId[] = Object.keys(OPERATIONS).filter(isOperationId);

/**
 * The API as a fetch handler: a route for each operation of the table and none else. Every answer, of whatever cause, carries a request id of
 * our own (a client's is not taken over) and the headers of `stampResponse`.
 */
export const createApp = (handlers: Handlers<OperationId>, doors: Doors): Hono<House> => {
	const app = new Hono<House>();
	app.use(async (context, next) => {
		const requestId = crypto.randomUUID();
		context.set("requestId", requestId);
		try {
			checkHead(context.req.raw);
			await next();
		} catch (thrown) {
			context.res = refusalResponse(thrown, { requestId, label: "Routing" });
		}
		await discardBody(context.req.raw);
		stampResponse(context, requestId);
	});
	for (const id of OPERATION_IDS) {
		const operation = OPERATIONS[id];
		app.on(operation.method, routePattern(operation.path), (context) =>
			serveOperation(id, handlers, doors, {
				request: context.req.raw,
				params: context.req.param(),
				env: context.env,
				requestId: context.get("requestId"),
				waitUntil: (work) => context.executionCtx.waitUntil(work),
			}),
		);
	}
	for (const [path, allow] of methodsByPath()) {
		app.all(routePattern(path), (context) => {
			const refusal = new Refusal("method_not_allowed", `${path}: found another method, wanted ${allow.join(", ")}`, {
				details: { allow },
			});
			return refusalResponse(refusal, { requestId: context.get("requestId"), label: path });
		});
	}
	app.notFound((context) => {
		// Without the query, where somebody may have put a key.
		const asked = shownText(`${context.req.method} ${new URL(context.req.url).pathname}`);
		const refusal = new Refusal("not_found", `Routing: found ${asked}, wanted a path of the API`, { hint: "See /openapi.json." });
		return refusalResponse(refusal, { requestId: context.get("requestId"), label: "Routing" });
	});
	app.onError((thrown, context) => refusalResponse(thrown, { requestId: context.get("requestId"), label: "Routing" }));
	return app;
};

/** Every path of the table with its methods; HEAD goes where GET goes (RFC 9110 §9.3.2). */
const methodsByPath = (): Map<string, string[]> => {
	const methods = new Map<string, string[]>();
	for (const id of OPERATION_IDS) {
		const { path, method } = OPERATIONS[id];
		methods.set(path, [...(methods.get(path) ?? []), ...(method === "GET" ? ["GET", "HEAD"] : [method])]);
	}
	return methods;
};
