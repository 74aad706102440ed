/** Values from the host's encoding (docs/design/values.md), inside the isolate: the run's input and what calls answer. */
import {
	byteKinds,
	charCodeAt,
	dateOf,
	fromBase64,
	isArray,
	MapConstructor,
	makeBigInt,
	mapSet,
	objectKeys,
	parseJson,
	SetConstructor,
	setAdd,
	setOwn,
	toNumber,
} from "./primordials.js";
import { makeHeaders, makeResponse, makeUrl } from "./web.js";

/**
 * Decodes text that the host encoded, so its shape is given. Bytes become the kind that they name, `$response` a real Response.
 * @param {string} text
 * @returns {unknown}
 */
export const decode = (text) => revive(parseJson(text));

/** @param {any} json as JSON.parse made it; changed in place, since its own properties meet no setter @returns {any} */
const revive = (json) => {
	if (typeof json !== "object" || json === null) return json;
	if (isArray(json)) {
		for (let index = 0; index < json.length; index += 1) json[index] = revive(json[index]);
		return json;
	}
	const keys = objectKeys(json);
	const first = keys[0] ?? "";
	if (first !== "" && charCodeAt(first, 0) === 36) return reviveTag(first, json);
	for (let index = 0; index < keys.length; index += 1) {
		const key = keys[index] ?? "";
		json[key] = revive(json[key]);
	}
	return json;
};

/** @param {string} tag @param {any} json @returns {unknown} */
const reviveTag = (tag, json) => {
	const body = json[tag];
	switch (tag) {
		case "$undefined":
			return undefined;
		case "$number":
			return body === "-0" ? -0 : toNumber(body);
		case "$bigint":
			return makeBigInt(body);
		case "$date":
			return dateOf(body === null ? Number.NaN : body);
		case "$bytes":
			return reviveBytes(body, json.as);
		case "$map":
			return reviveMap(body);
		case "$set":
			return reviveSet(body);
		case "$object":
			return reviveObject(body);
		case "$url":
			return makeUrl(body);
		case "$headers":
			return makeHeaders(body);
		case "$response":
			return makeResponse({ status: body.status, url: body.url, headers: body.headers, body: revive(body.body) });
		default:
			return json;
	}
};

/** @param {string} base64 @param {string} kind */
const reviveBytes = (base64, kind) => {
	const bytes = fromBase64(base64);
	if (kind === "Uint8Array") return bytes;
	const buffer = /** @type {ArrayBuffer} */ (bytes.buffer);
	if (kind === "ArrayBuffer") return buffer;
	// @ts-expect-error the table has no prototype: what it does not list is undefined
	const Kind = byteKinds[kind];
	return Kind === undefined ? bytes : new Kind(buffer);
};

/** @param {any} entries */
const reviveMap = (entries) => {
	const map = new MapConstructor();
	for (let index = 0; index < entries.length; index += 1) mapSet(map, revive(entries[index][0]), revive(entries[index][1]));
	return map;
};

/** @param {any} values */
const reviveSet = (values) => {
	const set = new SetConstructor();
	for (let index = 0; index < values.length; index += 1) setAdd(set, revive(values[index]));
	return set;
};

/** @param {any} entries */
const reviveObject = (entries) => {
	/** @type {Record<string, unknown>} */
	const object = {};
	for (let index = 0; index < entries.length; index += 1) {
		const name = entries[index][0];
		const value = revive(entries[index][1]);
		setOwn(object, name, value);
	}
	return object;
};
