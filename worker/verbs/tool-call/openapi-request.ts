import { LIMITS } from "../../../contract/limits.ts";
import { isHeaderValue } from "../http-fetch/header-rules.ts";
import { readTarget } from "../http-fetch/target-url.ts";
import { isJsonObject } from "../json-schema/plain-json.ts";
import type { OpenApiCall } from "./tool-server.ts";
import type { WireRequest } from "./tool-wire.ts";

export type OpenApiRequest = WireRequest;
export type BuiltRequest = { kind: "request"; request: OpenApiRequest } | { kind: "invalid"; message: string };

/**
 * The request that an operation and its arguments are. A program fills the holes of a path and cannot leave it: what it gives is percent-encoded, and
 * the URL as a whole passes the same reader as http.fetch's.
 * @param base the server's URL, which the path is put behind.
 * @param args fit the tool's input schema.
 * @param secretHeader name of the header that carries the secret; no argument may set it.
 */
export const openApiRequest = (
	base: string,
	call: OpenApiCall,
	args: Readonly<Record<string, unknown>>,
	secretHeader: string | null,
): BuiltRequest => {
	const invalid = (argument: string, wanted: string): BuiltRequest => ({
		kind: "invalid",
		message: `argument 1.${argument}: wanted ${wanted}`,
	});
	const holes = new Map<string, string>();
	const query = new URLSearchParams();
	const headers: [string, string][] = [["accept", "application/json, */*;q=0.5"]];
	const rest = new Map(Object.entries(args));
	for (const parameter of call.parameters) {
		const value = rest.get(parameter.argument);
		rest.delete(parameter.argument);
		if (value === undefined) continue;
		const texts = textsOf(value);
		switch (parameter.in) {
			case "path": {
				const text = texts?.join(",") ?? "";
				if (text === "" || text === "." || text === "..") return invalid(parameter.argument, "text that can stand in a path");
				holes.set(parameter.name, encodeURIComponent(text));
				break;
			}
			case "query":
				if (!addQuery(query, parameter, value)) return invalid(parameter.argument, "text, a number, true, false, or a list of them");
				break;
			case "header": {
				const text = texts?.join(",");
				if (text === undefined || !isHeaderValue(text) || parameter.name.toLowerCase() === secretHeader?.toLowerCase())
					return invalid(parameter.argument, "text that can stand in a header");
				headers.push([parameter.name, text]);
			}
		}
	}
	const path = call.path.replace(/\{([^{}]*)\}/g, (_, name: string) => holes.get(name) ?? "");
	const search = query.toString();
	const target = readTarget(`${base.replace(/\/$/, "")}${path}${search === "" ? "" : `?${search}`}`);
	if (target.kind === "refused") return { kind: "invalid", message: `argument 1: the URL that they make is refused: ${target.why}` };
	const body = bodyOf(call, args, rest);
	if (body !== null) headers.push(["content-type", "application/json"]);
	if (headers.reduce((bytes, [name, value]) => bytes + name.length + value.length, 0) > LIMITS.headerBytes)
		return { kind: "invalid", message: `argument 1: the headers that they make are larger than ${LIMITS.headerBytes} bytes` };
	return { kind: "request", request: { method: call.method, url: target.url, headers, body } };
};

const bodyOf = (call: OpenApiCall, args: Readonly<Record<string, unknown>>, rest: ReadonlyMap<string, unknown>): string | null => {
	switch (call.body) {
		case "none":
			return null;
		case "fields":
			return JSON.stringify(Object.fromEntries(rest));
		case "argument":
			return Object.hasOwn(args, "body") ? JSON.stringify(args["body"]) : null;
	}
};

/** A value as texts, one for each item of a list; null for objects and lists of them. */
const textsOf = (value: unknown): string[] | null => {
	const texts: string[] = [];
	for (const item of Array.isArray(value) ? value : [value]) {
		if (typeof item !== "string" && typeof item !== "number" && typeof item !== "boolean") return null;
		texts.push(String(item));
	}
	return texts;
};

const addQuery = (query: URLSearchParams, parameter: OpenApiCall["parameters"][number], value: unknown): boolean => {
	if (parameter.style === "deep") {
		if (!isJsonObject(value)) return false;
		return Object.entries(value).every(([key, item]) => addTexts(query, `${parameter.name}[${key}]`, textsOf(item)));
	}
	const texts = textsOf(value);
	return addTexts(query, parameter.name, parameter.style === "joined" && texts !== null ? [texts.join(",")] : texts);
};

const addTexts = (query: URLSearchParams, name: string, texts: readonly string[] | null): boolean => {
	for (const text of texts ?? []) query.append(name, text);
	return texts !== null;
};
