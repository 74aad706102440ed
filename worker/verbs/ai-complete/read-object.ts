import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Redactor } from "../http-fetch/redact-secret.ts";
import type { JsonSchema } from "../json-schema/compile-schema.ts";

export type ObjectReading = { kind: "object"; object: unknown } | { kind: "unfit"; why: string };

/**
 * The object in a model's text, without the key, checked against the program's schema. Of what does not fit only the place and what was wanted are told.
 * @param text a JSON value, alone or in a Markdown fence.
 */
export const readObject = (text: string, schema: JsonSchema, redactor: Redactor): ObjectReading => {
	const reading = readBoundedJson(unfenced(text), { depth: LIMITS.valueDepth - 4, nodes: LIMITS.valueNodes - 16 });
	if (reading.kind === "refused") return { kind: "unfit", why: `wanted JSON: ${reading.why}` };
	const clean = redactValue(reading.value, redactor);
	if (clean.kind === "unfit") return clean;
	const fault = schema.check(clean.object);
	if (fault === null) return clean;
	return { kind: "unfit", why: `at ${fault.path === "" ? "its root" : redactor.text(fault.path)} wanted ${fault.wanted}` };
};

const unfenced = (text: string): string => {
	const trimmed = text.trim();
	if (!trimmed.startsWith("```") || !trimmed.endsWith("```")) return trimmed;
	const lineEnd = trimmed.indexOf("\n");
	return lineEnd < 0 ? trimmed : trimmed.slice(lineEnd + 1, -3);
};

/** Built anew, since names of fields are the model's text too. Recursion ends where reading the JSON bounded it. */
const redactValue = (value: unknown, redactor: Redactor): ObjectReading => {
	if (typeof value === "string") return { kind: "object", object: redactor.text(value).toWellFormed() };
	if (typeof value !== "object" || value === null) return { kind: "object", object: value };
	if (Array.isArray(value)) {
		const items: unknown[] = [];
		for (const item of value) {
			const clean = redactValue(item, redactor);
			if (clean.kind === "unfit") return clean;
			items.push(clean.object);
		}
		return { kind: "object", object: items };
	}
	const fields = new Map<string, unknown>();
	for (const [name, field] of Object.entries(value)) {
		if (name === "__proto__") return { kind: "unfit", why: "found a field __proto__, wanted none" };
		const clean = redactValue(field, redactor);
		if (clean.kind === "unfit") return clean;
		fields.set(redactor.text(name).toWellFormed(), clean.object);
	}
	return { kind: "object", object: Object.fromEntries(fields) };
};
