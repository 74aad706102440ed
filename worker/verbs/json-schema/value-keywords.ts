import { canonicalJson } from "./canonical-json.ts";
import { countedText } from "./container-keywords.ts";
import { isJsonObject } from "./plain-json.ts";
import { RefusedSchema, type SchemaBuilder, type SchemaFields } from "./schema-source.ts";
import { type Checker, type Finding, placeOf } from "./schema-walk.ts";

const TYPES: ReadonlyMap<unknown, { wanted: string; fits: (value: unknown) => boolean }> = new Map([
	["null", { wanted: "null", fits: (value: unknown) => value === null }],
	["boolean", { wanted: "true or false", fits: (value: unknown) => typeof value === "boolean" }],
	["string", { wanted: "a string", fits: (value: unknown) => typeof value === "string" }],
	["number", { wanted: "a number", fits: (value: unknown) => typeof value === "number" }],
	["integer", { wanted: "a whole number", fits: Number.isInteger }],
	["array", { wanted: "an array", fits: Array.isArray }],
	["object", { wanted: "an object", fits: isJsonObject }],
]);

/** `type`, one or a list of them. */
export const typeKeyword = (fields: SchemaFields): Checker[] => {
	const given = fields.get("type");
	if (given === undefined) return [];
	const names = new Set(Array.isArray(given) ? Array.from<unknown>(given) : [given]);
	const known = [...names].map((name) => TYPES.get(name)).filter((type) => type !== undefined);
	if (known.length === 0 || known.length < names.size)
		throw new RefusedSchema(fields.at("type"), `found something else, wanted types: ${[...TYPES.keys()].join(", ")}`);
	const wanted = known.map((type) => type.wanted).join(" or ");
	return [(value, place) => (known.some((type) => type.fits(value)) ? null : { place, value, wanted })];
};

const SHOWN_VALUES = 8;
const SHOWN_CHARS = 160;

/** `enum` and `const`: equality of JSON, so that the order of keys does not matter and 1 is 1.0. */
export const equalityKeywords = (fields: SchemaFields): Checker[] => {
	const lists = [fields.list("enum"), fields.get("const") === undefined ? undefined : [fields.get("const")]];
	return lists.flatMap((values): Checker[] => {
		if (values === undefined) return [];
		const texts = values.map(canonicalJson);
		const [known, complex] = [new Set(texts), values.some((value) => typeof value === "object" && value !== null)];
		const shown = texts.slice(0, SHOWN_VALUES).join(", ").slice(0, SHOWN_CHARS);
		const wanted = texts.length === 1 ? shown : `one of ${shown}${texts.length > SHOWN_VALUES ? ", …" : ""}`;
		return [
			(value, place, walk) => {
				// A container is only written out where one of the values is a container.
				const fits = (complex || typeof value !== "object" || value === null) && known.has(countedText(value, walk));
				return fits ? null : { place, value, wanted };
			},
		];
	});
};

/** `allOf`, `anyOf`, `oneOf`, `not`. */
export const combiningKeywords = (fields: SchemaFields, builder: SchemaBuilder): Checker[] => {
	const branches = (keyword: string): Checker[] => {
		const list = fields.list(keyword) ?? [];
		if (fields.get(keyword) !== undefined && list.length === 0)
			throw new RefusedSchema(fields.at(keyword), "found nothing, wanted at least one schema");
		builder.branches(list.length, fields.at(keyword));
		return list.map((schema, index) => builder.checker(schema, placeOf(fields.at(keyword), index)));
	};
	const [anyOf, oneOf, allOf] = [branches("anyOf"), branches("oneOf"), branches("allOf")];
	const checkers: Checker[] = allOf.map((branch) => (value, place, walk) => walk.enter(branch, value, place));
	if (anyOf.length > 0) checkers.push(fitsSome(anyOf, false));
	if (oneOf.length > 0) checkers.push(fitsSome(oneOf, true));
	if (fields.get("not") !== undefined) {
		const not = builder.checker(fields.get("not"), fields.at("not"));
		const wanted = "a value that does not fit the schema's `not`";
		checkers.push((value, place, walk) => (walk.enter(not, value, place) === null ? { place, value, wanted } : null));
	}
	return checkers;
};

const fitsSome =
	(branches: readonly Checker[], onlyOne: boolean): Checker =>
	(value, place, walk) => {
		const findings: Finding[] = [];
		let fitting = 0;
		for (const branch of branches) {
			const finding = walk.enter(branch, value, place);
			if (finding !== null) findings.push(finding);
			else if (!onlyOne) return null;
			else fitting += 1;
		}
		if (fitting === 1) return null;
		if (fitting > 1) return { place, value, wanted: "a value that fits exactly one alternative of the schema" };
		return clearest(findings) ?? { place, value, wanted: "a value that fits an alternative of the schema" };
	};

/** Of the faults of all alternatives the deepest one, since its alternative came closest; of several as deep all that were wanted there. */
const clearest = (findings: readonly Finding[]): Finding | null => {
	const depthOf = (finding: Finding): number => finding.place?.depth ?? 0;
	const deepest = Math.max(...findings.map(depthOf));
	const [first, ...others] = findings.filter((finding) => depthOf(finding) === deepest);
	if (first === undefined) return null;
	const same = others.filter(
		({ place }) => place === first.place || (place?.parent === first.place?.parent && place?.key === first.place?.key),
	);
	const wanted = [...new Set([first, ...same].map((finding) => finding.wanted))].slice(0, SHOWN_VALUES).join(" or ");
	return { ...first, wanted: wanted.slice(0, SHOWN_CHARS * 2) };
};
