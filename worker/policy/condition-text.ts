import type { ArgumentCondition, Condition } from "../../contract/conditions.ts";

/** Longest value that is written out, characters. */
const VALUE_CHARS = 60;
const VALUES_SHOWN = 5;

/** A condition in words, for a person: `argument 0.amount over 1000`. Values are written as JSON, since they may be any text. */
export const conditionText = (condition: Condition): string => {
	if ("method" in condition)
		return `the method is ${oneOf(typeof condition.method === "string" ? [condition.method] : condition.method, String)}`;
	if ("argument" in condition) {
		const { argument } = condition;
		const path = typeof argument === "string" ? argument : JSON.stringify(argument);
		return `argument ${cut(path)} ${operatorText(condition)}`;
	}
	if ("not" in condition) return `not (${conditionText(condition.not)})`;
	const [parts, word] = "all" in condition ? [condition.all, " and "] : [condition.any, " or "];
	const texts = parts.map((part) => ("all" in part || "any" in part ? `(${conditionText(part)})` : conditionText(part)));
	return texts.join(word);
};

const operatorText = (condition: ArgumentCondition): string => {
	const { is, in: within, notIn, over, under, startsWith, notStartsWith, hostIn, hostNotIn, exists, longerThan } = condition;
	if (is !== undefined) return `is ${valueText(is)}`;
	if (within !== undefined) return `is ${oneOf(within, valueText)}`;
	if (notIn !== undefined) return `is not ${oneOf(notIn, valueText)}`;
	if (over !== undefined) return `over ${over}`;
	if (under !== undefined) return `under ${under}`;
	if (startsWith !== undefined) return `begins with ${valueText(startsWith)}`;
	if (notStartsWith !== undefined) return `does not begin with ${valueText(notStartsWith)}`;
	if (hostIn !== undefined) return `is a URL of ${oneOf(hostIn, String)}`;
	if (hostNotIn !== undefined) return `is not a URL of ${oneOf(hostNotIn, String)}`;
	if (exists !== undefined) return exists ? "is there" : "is not there";
	return `longer than ${longerThan ?? 0}`;
};

const oneOf = <Item>(items: readonly Item[], text: (item: Item) => string): string => {
	const shown = items.slice(0, VALUES_SHOWN).map(text);
	const more = items.length > VALUES_SHOWN ? ` or ${items.length - VALUES_SHOWN} more` : "";
	return shown.length === 1 ? `${shown[0] ?? ""}${more}` : `one of ${shown.join(", ")}${more}`;
};

const valueText = (value: string | number | boolean | null): string => JSON.stringify(typeof value === "string" ? cut(value) : value);

const cut = (text: string): string => (text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS).toWellFormed()}…` : text);
