import { z } from "zod";
import { Name, PageQuery, pageOf } from "./common.ts";
import { Model, PutModel } from "./models.ts";
import { needs, none, type Operation } from "./operation.ts";

const byName = z.strictObject({ name: Name });

/** What `ai.complete` may name. */
export const MODEL_OPERATIONS = {
	putModel: {
		method: "PUT",
		path: "/v1/models/{name}",
		summary: "Name a model: routes to providers in the order in which they are tried, with secrets by name and prices.",
		access: needs("write:models"),
		params: byName,
		query: none,
		body: PutModel,
		answers: { 200: Model },
	},
	listModels: {
		method: "GET",
		path: "/v1/models",
		summary: "Models, newest first.",
		access: needs("read:models"),
		params: none,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(Model) },
	},
	getModel: {
		method: "GET",
		path: "/v1/models/{name}",
		summary: "One model with its routes. Names of secrets, never values.",
		access: needs("read:models"),
		params: byName,
		query: none,
		body: null,
		answers: { 200: Model },
	},
	deleteModel: {
		method: "DELETE",
		path: "/v1/models/{name}",
		summary: "Forget a model. Grants that name it are refused at their next call.",
		access: needs("write:models"),
		params: byName,
		query: none,
		body: null,
		answers: { 200: Model },
	},
} as const satisfies Record<string, Operation>;
