import { AwsV4Signer } from "aws4fetch";
import { hexDigest } from "../../../contract/hex-digest.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { type BoundInjection, fixedInjection } from "./injection.ts";
import type { Injection } from "./inject-grant.ts";
import { openSecretText } from "./secret-text.ts";
import { type WireRequest, withHeader } from "./wire-request.ts";

const { max } = LIMITS.injectedSecretBytes;
const UNSIGNED = "UNSIGNED-PAYLOAD";
/** Lines of the signature beside what differs in length: algorithm, scope, the signed headers' names, date, digests. */
const SIGNATURE_BYTES = 1_024;

/** Who signs, for what. */
export interface AwsKeys {
	readonly service: string;
	readonly region: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken: string | null;
}

/** AWS Signature Version 4, by aws4fetch, over method, URL, body and the headers that belong to AWS; made anew for each request. */
export const bindAwsInjection = ({ aws }: Extract<Injection, { aws: object }>): BoundInjection => ({
	headers: ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"],
	queryKeys: [],
	text: "the headers of an AWS signature",
	fault: ({ body, url }) => {
		if (body === null || body instanceof Uint8Array) return null;
		// Its digest is not known before it is sent. S3 takes a body that is not signed, over a connection that nobody else can write to.
		return aws.service === "s3" && url.startsWith("https:")
			? null
			: { kind: "invalid", why: "the body: found a handle, wanted bytes; only s3 over https takes a body that is not signed" };
	},
	worstBytes: () => SIGNATURE_BYTES + 2 * max,
	open: async (context) => {
		const accessKeyId = aws.accessKeyIdSecret === undefined ? aws.accessKeyId : await openSecretText(context, aws.accessKeyIdSecret);
		const secretAccessKey = await openSecretText(context, aws.secretKeySecret);
		const sessionToken = aws.sessionTokenSecret === undefined ? null : await openSecretText(context, aws.sessionTokenSecret);
		if (accessKeyId === null || accessKeyId === undefined || secretAccessKey === null) return null;
		if (aws.sessionTokenSecret !== undefined && sessionToken === null) return null;
		const keys: AwsKeys = { service: aws.service, region: aws.region, accessKeyId, secretAccessKey, sessionToken };
		const secrets = [
			secretAccessKey,
			...(sessionToken === null ? [] : [sessionToken]),
			...(aws.accessKeyIdSecret === undefined ? [] : [accessKeyId]),
		];
		return fixedInjection(secrets, (wire) => signAws(keys, wire, new Date()));
	},
});

/** A request with its signature. Headers that something on the way may change are not signed: only the host and those of AWS are. */
export const signAws = async (keys: AwsKeys, wire: WireRequest, now: Date): Promise<WireRequest> => {
	const isS3 = keys.service === "s3";
	const own = wire.headers.filter(([name]) => name.startsWith("x-amz-")).map(([name, value]): [string, string] => [name, value]);
	if (isS3) own.push(["x-amz-content-sha256", await digestOf(wire.body)]);
	const signer = new AwsV4Signer({
		method: wire.method,
		url: wire.url.href,
		headers: own,
		body: wire.body instanceof Uint8Array ? wire.body : null,
		accessKeyId: keys.accessKeyId,
		secretAccessKey: keys.secretAccessKey,
		...(keys.sessionToken === null ? {} : { sessionToken: keys.sessionToken }),
		service: keys.service,
		region: keys.region,
		datetime: now.toISOString().replace(/[:-]|\.\d{3}/g, ""),
	});
	const signed = await signer.sign();
	let dressed: WireRequest = { ...wire, headers: wire.headers.filter(([name]) => !name.startsWith("x-amz-")) };
	for (const [name, value] of new Headers(signed.headers)) dressed = withHeader(dressed, name, value);
	return dressed;
};

const digestOf = async (body: WireRequest["body"]): Promise<string> => {
	if (body !== null && !(body instanceof Uint8Array)) return UNSIGNED;
	return hexDigest(body ?? "");
};
