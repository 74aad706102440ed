import { LIMITS } from "../../../contract/limits.ts";
import { type Finding, type Place, placeOf } from "./schema-walk.ts";

/** What plain JSON is, for one look at a value. */
interface Bounds {
	readonly depth: number;
	readonly nodes: number;
}

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The first place where a value is not plain JSON, or null: only null, booleans, finite numbers, well-formed text, arrays without holes, and
 * objects of no class whose properties are data. A Map, a Date, bytes, a BigInt, NaN, undefined and an accessor are not. Runs no code of the value.
 * Once it is null, the value has at most `depth` levels and `nodes` values, and contains itself nowhere.
 */
export const plainJsonFinding = (
	value: unknown,
	bounds: Bounds = { depth: LIMITS.valueDepth, nodes: LIMITS.valueNodes },
): Finding | null => {
	let nodes = 0;
	const look = (at: unknown, place: Place | null): Finding | null => {
		nodes += 1;
		if (nodes > bounds.nodes) return { place, value: at, wanted: `at most ${bounds.nodes} values` };
		const scalar = scalarWanted(at);
		if (scalar !== "container") return scalar === null ? null : { place, value: at, wanted: scalar };
		if ((place?.depth ?? 0) >= bounds.depth) return { place, value: at, wanted: `at most ${bounds.depth} levels of nesting` };
		return Array.isArray(at) ? lookAtItems(at, place) : lookAtFields(at, place);
	};
	const lookAtItems = (items: readonly unknown[], place: Place | null): Finding | null => {
		if (items.length > bounds.nodes) return { place, value: items, wanted: `at most ${bounds.nodes} values` };
		for (let index = 0; index < items.length; index += 1) {
			const finding = lookAtField(items, index, place);
			if (finding !== null) return finding;
		}
		return null;
	};
	const lookAtFields = (object: unknown, place: Place | null): Finding | null => {
		if (!isJsonObject(object)) return null;
		const prototype: unknown = Object.getPrototypeOf(object);
		if (prototype !== null && prototype !== Object.prototype) return { place, value: object, wanted: JSON_VALUE };
		for (const key of Object.keys(object)) {
			if (!key.isWellFormed()) return { place, value: key, wanted: "names of fields without half surrogate pairs" };
			const finding = lookAtField(object, key, place);
			if (finding !== null) return finding;
		}
		return null;
	};
	const lookAtField = (object: object, key: string | number, place: Place | null): Finding | null => {
		const field = Object.getOwnPropertyDescriptor(object, key);
		const here = placeOf(place, key);
		if (field === undefined || field.get !== undefined || field.set !== undefined)
			return { place: here, value: undefined, wanted: JSON_VALUE };
		return look(field.value, here);
	};
	return look(value, null);
};

const JSON_VALUE = "a JSON value";

/** What should stand here instead of a scalar, null when it is well, `container` when it is no scalar. */
const scalarWanted = (value: unknown): string | null => {
	switch (typeof value) {
		case "boolean":
			return null;
		case "string":
			return value.isWellFormed() ? null : "text without half surrogate pairs";
		case "number":
			return Number.isFinite(value) ? null : "a finite number";
		case "object":
			return value === null ? null : "container";
		default:
			return JSON_VALUE;
	}
};
