import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { FetchRequest } from "./fetch-arguments.ts";
import { type BoundInjection, fixedInjection, type InjectionFault } from "./injection.ts";
import type { Injection } from "./inject-grant.ts";
import { openSecretText } from "./secret-text.ts";
import { withHeader } from "./wire-request.ts";

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/;

/**
 * A secret inside a JSON body. The body is read and written again, so that what is decided on is what leaves: of repeated keys the last counts.
 * Objects that the path leads through are made where they are missing.
 */
export const bindJsonBodyInjection = ({ jsonBody }: Extract<Injection, { jsonBody: object }>): BoundInjection => ({
	headers: [],
	queryKeys: [],
	text: `${jsonBody.path.join(".")} of the JSON body, which must be there`,
	fault: (request) => {
		const placing = placeIn(request, jsonBody.path, "");
		return placing.kind === "placed" ? null : placing;
	},
	worstBytes: (request) => {
		const placing = placeIn(request, jsonBody.path, "");
		const grown =
			placing.kind === "placed" && request.body instanceof Uint8Array ? Math.max(0, placing.body.length - request.body.length) : 0;
		// In JSON a character of a secret may become two, and a content type may be added.
		return grown + LIMITS.injectedSecretBytes.max * 2 + "content-type: application/json\r\n".length;
	},
	open: async (context) => {
		const secret = await openSecretText(context, jsonBody.secret);
		if (secret === null) return null;
		return fixedInjection([secret], (wire) => {
			// A redirect may have taken the body away, and the secret with it.
			if (!(wire.body instanceof Uint8Array)) return wire;
			const placing = placeIn({ headers: wire.headers, body: wire.body }, jsonBody.path, secret);
			if (placing.kind !== "placed") return wire;
			const typed = wire.headers.some(([name]) => name === "content-type") ? wire : withHeader(wire, "content-type", "application/json");
			return { ...typed, body: placing.body };
		});
	},
});

type Placing = { kind: "placed"; body: Uint8Array<ArrayBuffer> } | InjectionFault;

const invalid = (why: string): Placing => ({ kind: "invalid", why: `the body: ${why}` });

const placeIn = (request: Pick<FetchRequest, "headers" | "body">, path: readonly string[], secret: string): Placing => {
	if (!(request.body instanceof Uint8Array))
		return invalid("found none, or one that stays on the host, wanted JSON, in which the grant sets a field");
	const type = request.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
	if (type !== undefined && !JSON_TYPE.test((type.split(";", 1)[0] ?? "").trim().toLowerCase()))
		return invalid("found a content type that is not JSON, wanted application/json");
	const text = decodeUtf8(request.body);
	const read = text === null ? null : readBoundedJson(text);
	if (read === null || read.kind === "refused")
		return invalid(`found no JSON, wanted a JSON object${read === null ? "" : `: ${read.why}`}`);
	if (!keepsNumbers(read.value))
		return invalid("found a whole number beyond 2^53, which writing the body again would change; wanted it as a text");
	let place = read.value;
	for (const [depth, key] of path.entries()) {
		if (!isObject(place)) return invalid(`found no object at ${path.slice(0, depth).join(".") || "its top"}, wanted one`);
		const isLast = depth === path.length - 1;
		if (isLast && Object.hasOwn(place, key))
			return { kind: "denied", why: `found ${path.join(".")} in the body, which the grant sets itself` };
		if (isLast) place[key] = secret;
		else if (!Object.hasOwn(place, key)) place[key] = {};
		place = place[key];
	}
	return { kind: "placed", body: new Uint8Array(new TextEncoder().encode(JSON.stringify(read.value))) };
};

/** The path's names are none that objects inherit: the grant's schema refuses those. */
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const decodeUtf8 = (bytes: Uint8Array): string | null => {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
	} catch {
		return null;
	}
};

/** Bounded in depth by readBoundedJson. */
const keepsNumbers = (value: unknown): boolean => {
	if (typeof value === "number") return !Number.isInteger(value) || Number.isSafeInteger(value);
	return typeof value !== "object" || value === null || Object.values(value).every(keepsNumbers);
};
