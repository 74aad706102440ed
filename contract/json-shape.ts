/** A node of a JSON Schema that zod wrote, and the definitions that its references name. */
export interface JsonShape {
	readonly node: Readonly<Record<string, unknown>>;
	readonly definitions: Readonly<Record<string, unknown>>;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const LOCAL = "#/$defs/";

const at = (node: unknown, { definitions }: JsonShape): JsonShape | null => {
	if (!isRecord(node)) return null;
	const { $ref } = node;
	const target = typeof $ref === "string" && $ref.startsWith(LOCAL) ? definitions[$ref.slice(LOCAL.length)] : node;
	return isRecord(target) ? { node: target, definitions } : null;
};

export const readShape = (schema: Readonly<Record<string, unknown>>): JsonShape => ({
	node: schema,
	definitions: isRecord(schema["$defs"]) ? schema["$defs"] : {},
});

/** The branches of a union in their order; none where there is no union. */
export const branchesOf = (shape: JsonShape): readonly (JsonShape | null)[] => {
	const branches = shape.node["anyOf"] ?? shape.node["oneOf"];
	return Array.isArray(branches) ? branches.map((branch) => at(branch, shape)) : [];
};

/** One branch of a union of `count`, by its index; null: the schema says nothing of it. Null beside a union makes one of the two in JSON Schema. */
export const branchOf = (shape: JsonShape | null, count: number, index: number): JsonShape | null => {
	const branches = shape === null ? [] : branchesOf(shape);
	const [only = null, other] = branches;
	const within = only !== null && branches.length === 2 && other?.node["type"] === "null" ? branchesOf(only) : [];
	return (within.length === count ? within : branches)[index] ?? null;
};

/** What the schema says of the value at a path, null: nothing. In a union: what the first branch that has the path says. */
export const shapeAt = (shape: JsonShape | null, path: readonly PropertyKey[]): JsonShape | null => {
	const [part, ...rest] = path;
	if (shape === null || part === undefined) return shape;
	const below = typeof part === "number" ? at(shape.node["items"], shape) : fieldOf(shape, String(part));
	if (below !== null) return shapeAt(below, rest);
	for (const branch of branchesOf(shape)) {
		const found = shapeAt(branch, path);
		if (found !== null) return found;
	}
	return null;
};

const fieldOf = (shape: JsonShape, name: string): JsonShape | null => {
	const { properties, additionalProperties } = shape.node;
	const own = isRecord(properties) ? Object.getOwnPropertyDescriptor(properties, name)?.value : undefined;
	return at(own ?? additionalProperties, shape);
};

/** Names of the fields that an object of this shape may have; of a union, those of all its branches. */
export const fieldsOf = (shape: JsonShape): readonly string[] => [
	...new Set(leavesOf(shape).flatMap(({ node }) => namesIn(node["properties"]))),
];

const namesIn = (properties: unknown): string[] => (isRecord(properties) ? Object.keys(properties) : []);

const KINDS: ReadonlyMap<unknown, string> = new Map([
	["string", "text"],
	["number", "a number"],
	["integer", "a whole number"],
	["boolean", "true or false"],
	["null", "null"],
]);

/**
 * What is wanted, in words: `text`, `{ header, format, secret, hosts? }`, `a list of text`; of a union all, each once. Null where the schema does not
 * say. Zod's schemas of grants are no deeper than their own text: what is recursive in one refers to itself.
 */
export const shapeText = (shape: JsonShape): string | null => {
	const [lists, singles] = [leavesOf(shape).filter(isList), leavesOf(shape).filter((leaf) => !isList(leaf))];
	const single = joinOr(singles.flatMap((leaf) => leafText(leaf) ?? []));
	const many = lists.map((leaf) => {
		const item = at(leaf.node["items"], leaf);
		const text = item === null || branchesOf(item).some((branch) => branch?.node === leaf.node) ? null : shapeText(item);
		return text === null ? "a list" : text === single ? "a list of such" : `a list of ${text}`;
	});
	const whole = joinOr([...(single === "" ? [] : [single]), ...many]);
	return whole === "" ? null : whole;
};

const isList = ({ node }: JsonShape): boolean => node["type"] === "array";

const joinOr = (all: readonly string[]): string => {
	const texts = [...new Set(all)];
	return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
};

const leavesOf = (shape: JsonShape): readonly JsonShape[] => {
	const branches = branchesOf(shape);
	return branches.length === 0 ? [shape] : branches.flatMap((branch) => (branch === null ? [] : leavesOf(branch)));
};

const leafText = (shape: JsonShape): string | null => {
	const { type, enum: values, const: only, required } = shape.node;
	if (only !== undefined) return JSON.stringify(only);
	if (Array.isArray(values)) return `one of ${values.map(String).join(", ")}`;
	if (type !== "object") return KINDS.get(type) ?? null;
	const fields = fieldsOf(shape);
	if (fields.length === 0) return "an object";
	const needed = Array.isArray(required) ? required : [];
	return `{ ${fields.map((field) => (needed.includes(field) ? field : `${field}?`)).join(", ")} }`;
};
