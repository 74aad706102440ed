import { RE2JS } from "re2js";
import { LIMITS } from "../../../contract/limits.ts";
import { jsonFault } from "../files/json-fault.ts";
import type { TemplateParam } from "./template-grant.ts";

/** What a hole takes, made ready. */
export interface BoundParam {
	readonly optional: boolean;
	/** What is wanted in place of a value that does not fit, or null. */
	fault(value: unknown): string | null;
	/** The value's TypeScript type. */
	readonly typeText: string;
	readonly description: string | null;
}

export const bindParam = (param: TemplateParam): BoundParam => {
	const fits = checkOf(param);
	return {
		optional: param.optional === true,
		fault: (value) => (fits.check(value) ? null : fits.wanted),
		typeText: typeTextOf(param),
		description: param.description ?? null,
	};
};

interface Check {
	readonly wanted: string;
	check(value: unknown): boolean;
}

const checkOf = (param: TemplateParam): Check => {
	switch (param.type ?? "string") {
		case "string":
			return stringCheck(param);
		case "integer":
			return { wanted: `a whole number${rangeText(param)}`, check: (value) => Number.isSafeInteger(value) && isInRange(param, value) };
		case "number":
			return { wanted: `a number${rangeText(param)}`, check: (value) => Number.isFinite(value) && isInRange(param, value) };
		case "boolean":
			return { wanted: "true or false", check: (value) => typeof value === "boolean" };
		case "json":
			return { wanted: "JSON", check: (value) => value !== undefined && jsonFault(value) === null };
	}
};

const stringCheck = (param: TemplateParam): Check => {
	const most = param.maxLength ?? (param.pattern === undefined ? LIMITS.templateValueChars.default : LIMITS.templateValueChars.withPattern);
	const choices = param.enum === undefined ? null : new Set(param.enum);
	// Compiled at the first use: binding a grant is part of every call.
	let pattern: RE2JS | null = null;
	const matches = (text: string): boolean => {
		if (param.pattern === undefined) return true;
		pattern ??= RE2JS.compile(param.pattern);
		return pattern.testExact(text);
	};
	const wanted =
		choices !== null
			? `one of ${[...choices].map((choice) => JSON.stringify(choice)).join(", ")}`
			: `a text of at most ${most} characters${param.pattern === undefined ? "" : ` that matches ${param.pattern}`}`;
	return {
		wanted: wanted.slice(0, LIMITS.matcherChars),
		check: (value) =>
			typeof value === "string" && value.length <= most && value.isWellFormed() && (choices?.has(value) ?? true) && matches(value),
	};
};

const isInRange = ({ min, max }: TemplateParam, value: unknown): boolean =>
	typeof value === "number" && (min === undefined || value >= min) && (max === undefined || value <= max);

const rangeText = ({ min, max }: TemplateParam): string =>
	`${min === undefined ? "" : ` from ${min}`}${max === undefined ? "" : ` up to ${max}`}`;

const typeTextOf = (param: TemplateParam): string => {
	if (param.enum !== undefined) return param.enum.map((choice) => JSON.stringify(choice)).join(" | ");
	switch (param.type ?? "string") {
		case "integer":
		case "number":
			return "number";
		case "json":
			return "unknown";
		case "boolean":
			return "boolean";
		default:
			return "string";
	}
};
