import { readFrom } from "../../contract/input-mapping.ts";
import { argumentAt } from "../policy/argument-at.ts";

/**
 * A mapping with every reference replaced by what it leads to in the arguments; null where a path leads nowhere and has no default. What is put in is shared,
 * never copied, so that the work is that of the mapping, whatever the payload holds; whoever encodes the outcome bounds what it unfolds to.
 * @param mapping what contract/input-mapping found no fault in @param args the body and the headers
 */
export const mapInput = (mapping: unknown, args: readonly unknown[]): unknown => {
	if (Array.isArray(mapping)) return mapping.map((part: unknown) => mapInput(part, args));
	if (!isObject(mapping)) return mapping;
	const from = readFrom(mapping);
	if (from === null) return Object.fromEntries(Object.entries(mapping).map(([key, part]) => [key, mapInput(part, args)]));
	const at = argumentAt(args, from.parts);
	return at.kind === "found" ? at.value : from.fallback;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
