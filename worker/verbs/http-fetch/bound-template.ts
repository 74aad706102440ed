import { LIMITS } from "../../../contract/limits.ts";
import { describeValue } from "../describe-value.ts";
import type { FetchArguments } from "./fetch-arguments.ts";
import type { HttpMethod } from "./http-methods.ts";
import type { HeaderList } from "./request-headers.ts";
import { readTarget } from "./target-url.ts";
import type { Template } from "./template-grant.ts";
import { fillHoles, holesOf } from "./template-text.ts";
import { type BoundParam, bindParam } from "./template-value.ts";

/** A template made ready to be filled. */
export interface BoundTemplate {
	readonly name: string;
	readonly method: HttpMethod;
	/** The request's form in words: `GET https://api.example.com/repos/{owner}`. */
	readonly text: string;
	readonly params: ReadonlyMap<string, BoundParam>;
	readonly description: string | null;
	/** @param args decoded: an object with a value for each hole, and options. */
	fill(args: readonly unknown[]): FetchArguments;
}

type Values = ReadonlyMap<string, unknown>;
type Filling<Part> = { kind: "filled"; part: Part } | { kind: "invalid"; message: string };

export const bindTemplate = (name: string, template: Template): BoundTemplate => {
	const method = template.method ?? "GET";
	const params = new Map(Object.entries(template.params ?? {}).map(([hole, param]) => [hole, bindParam(param)]));
	const jsonBody = template.body !== undefined;
	const own = Object.entries(template.headers ?? {}).map(([header, value]) => [header.toLowerCase(), value] as const);
	const typed = own.some(([header]) => header === "content-type");
	const headers: HeaderList = jsonBody && !typed ? [...own, ["content-type", "application/json"]] : own;
	return {
		name,
		method,
		text: `${method} ${template.url}`,
		params,
		description: template.description ?? null,
		fill: (args) => {
			const options = readOptions(name, args);
			if (options.kind === "invalid") return options;
			const values = readValues(name, params, args[0]);
			if (values.kind === "invalid") return values;
			const url = fillUrl(name, template, values.part);
			if (url.kind === "invalid") return url;
			const body = jsonBody ? new Uint8Array(new TextEncoder().encode(fillBody(template.body, values.part))) : null;
			if (body !== null && body.length > LIMITS.requestBytes)
				return { kind: "invalid", message: `${name}: found a body of ${body.length} bytes, wanted at most ${LIMITS.requestBytes}` };
			return { kind: "parsed", request: { url: url.part, method, headers, body, redirect: "follow", as: options.part } };
		},
	};
};

const invalid = (message: string): { kind: "invalid"; message: string } => ({ kind: "invalid", message });

const readOptions = (name: string, args: readonly unknown[]): Filling<"response" | "handle"> => {
	if (args.length > 2) return invalid(`${name}: found ${args.length} arguments, wanted at most 2`);
	const options = args[1];
	if (options === undefined) return { kind: "filled", part: "response" };
	const entries = typeof options === "object" && options !== null ? Object.entries(options) : null;
	if (entries === null || entries.some(([key, value]) => key !== "as" || (value !== "response" && value !== "handle")))
		return invalid(`${name} argument 2: found ${describeValue(options)}, wanted { as: "handle" } or nothing`);
	return { kind: "filled", part: entries.some(([, value]) => value === "handle") ? "handle" : "response" };
};

/** The values of the holes; those left out are not in it. */
const readValues = (name: string, params: ReadonlyMap<string, BoundParam>, given: unknown): Filling<Values> => {
	if (!isPlain(given) && !(given === undefined && params.size === 0))
		return invalid(
			`${name} argument 1: found ${describeValue(given)}, wanted an object with ${[...params.keys()].join(", ") || "nothing"}`,
		);
	const values = new Map(Object.entries(given ?? {}).filter(([, value]) => value !== undefined));
	for (const key of values.keys()) {
		if (!params.has(key))
			return invalid(`${name} argument 1: found the field ${describeValue(key)}, wanted ${[...params.keys()].join(", ")}`);
	}
	for (const [hole, param] of params) {
		const value = values.get(hole);
		if (value === undefined && param.optional) continue;
		const wanted = param.fault(value);
		if (wanted !== null) return invalid(`${name} argument 1.${hole}: found ${describeValue(value)}, wanted ${wanted}`);
	}
	return { kind: "filled", part: values };
};

const isPlain = (value: unknown): boolean => {
	if (typeof value !== "object" || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || prototype === Object.prototype;
};

const CONTROL = /\p{Cc}/u;
/** What the query's encoder of URLs would change once more. */
const encode = (value: unknown): string => encodeURIComponent(String(value)).replaceAll("'", "%27");

const fillUrl = (name: string, template: Template, values: Values): Filling<string> => {
	const used = new Set([template.url, ...Object.values(template.query ?? {})].flatMap(holesOf));
	for (const hole of used) {
		const value = values.get(hole);
		if (value !== undefined && CONTROL.test(String(value)))
			return invalid(`${name} argument 1.${hole}: found a control character, wanted none in a URL`);
	}
	const path = fillPath(name, template.url, values);
	if (path.kind === "invalid") return path;
	const pairs = Object.entries(template.query ?? {})
		.filter(([, text]) => holesOf(text).every((hole) => values.has(hole)))
		.map(([key, text]) => `${encode(key)}=${encode(fillHoles(text, (hole) => String(values.get(hole))))}`);
	return { kind: "filled", part: pairs.length === 0 ? path.part : `${path.part}?${pairs.join("&")}` };
};

/** Fills the path; what comes out has the very segments that the template has, so that a value is never more or less than a part of one. */
const fillPath = (name: string, url: string, values: Values): Filling<string> => {
	for (const hole of holesOf(url)) {
		const value = String(values.get(hole));
		if (value === "") return invalid(`${name} argument 1.${hole}: found an empty text, wanted a part of the path`);
		if (readTarget(`https://x.example/-${encode(value)}-`).kind === "refused")
			return invalid(
				`${name} argument 1.${hole}: found ${describeValue(value)}, wanted one segment of a path: no slash, backslash or encoded dot`,
			);
	}
	const filled = fillHoles(url, (hole) => encode(values.get(hole)));
	const target = readTarget(filled);
	if (target.kind === "refused") return invalid(`${name}: the URL is refused: ${target.why}`);
	// A segment of dots alone is gone when the URL was parsed.
	if (target.url.pathname.split("/").length === url.split("/").length - 2 && filled.endsWith(target.url.pathname))
		return { kind: "filled", part: filled };
	return invalid(`${name} argument 1: found dots that make a segment of the path, wanted a part of the path`);
};

const LEFT_OUT = Symbol("left out");

const fillBody = (body: unknown, values: Values): string => JSON.stringify(fillJson(body, values));

const fillJson = (value: unknown, values: Values): unknown => {
	if (typeof value === "string") return fillText(value, values);
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map((item) => fillJson(item, values)).filter((item) => item !== LEFT_OUT);
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, item]) => {
			const filled = fillJson(item, values);
			return filled === LEFT_OUT ? [] : [[key, filled] as const];
		}),
	);
};

/** A text that is one hole alone becomes the value itself, of its own type. */
const fillText = (text: string, values: Values): unknown => {
	const [only] = holesOf(text);
	if (only === undefined) return text;
	if (text === `{${only}}`) return values.has(only) ? values.get(only) : LEFT_OUT;
	return fillHoles(text, (hole) => String(values.get(hole)));
};
