import { z } from "zod";
import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { responseValue } from "../../verbs/response-value.ts";
import { responseParts } from "./response-parts.ts";

const Header = z.tuple([z.string(), z.string()]);

/** What a person may say of the answer to an http call; what is left out is an empty 200. */
const GivenResponse = z.strictObject({
	status: z.int().min(200).max(599).default(200),
	url: z.string().optional(),
	headers: z.union([z.record(z.string(), z.string()), z.array(Header)]).default({}),
	body: z.union([z.string(), z.instanceof(Uint8Array)]).default(""),
});
const Tagged = z.strictObject({ $response: z.record(z.string(), z.unknown()) });

/** The value, and whether it is read as a Response; or why there is none. */
export type Given = { kind: "given"; value: unknown; isResponse: boolean } | { kind: "refused"; why: string };

/** The call whose result is given, its arguments decoded. */
export interface GivenCall {
	readonly verb: string;
	readonly method: string;
	readonly args: readonly unknown[];
}

/**
 * The result of a call as a person gives it, in the shape that its verb's act would have given it: a plain fetch gives a Response. One that streams, or keeps
 * its body on the host, gives data, as every other verb does.
 * @param text encoded value; of a Response `{ $response: { … } }`, or its fields alone
 */
export const givenResult = ({ verb, method, args }: GivenCall, text: string): Given => {
	const request = z.looseObject({ url: z.string().default(""), as: z.string().optional() }).safeParse(args[0]).data;
	const isResponse = verb === "http.fetch" && method !== "stream" && request?.as !== "handle";
	const json = isResponse ? readBoundedJson(text) : null;
	const tagged = json?.kind === "value" ? Tagged.safeParse(json.value).data : undefined;
	const decoded = decodeValue(tagged === undefined ? text : JSON.stringify(tagged.$response));
	if (decoded.kind === "refused") return decoded;
	return isResponse ? givenResponse(decoded.value ?? {}, request?.url ?? "") : { kind: "given", value: decoded.value, isResponse };
};

const givenResponse = (fields: unknown, askedUrl: string): Given => {
	const given = GivenResponse.safeParse(fields);
	if (!given.success) return { kind: "refused", why: "found something else than an http response, wanted { status?, headers?, body? }" };
	const { status, url, headers, body } = given.data;
	const parts = responseParts(status, headers, body);
	if (parts.kind === "refused") return parts;
	return { kind: "given", value: responseValue({ status, url: url ?? askedUrl, headers: parts.headers, body }), isResponse: true };
};
