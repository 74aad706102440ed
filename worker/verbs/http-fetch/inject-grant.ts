import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { classifyHost } from "./address-guard.ts";
import { headerFault } from "./header-rules.ts";
import { HostText } from "./host-schema.ts";
import { readTarget } from "./target-url.ts";

const FORMAT_CHARS = 512;
const NAME_CHARS = 256;
/** Where the secret goes in `format`. */
export const SECRET_MARK = "{secret}";

const PRINTABLE = /^[\x20-\x7e]*$/;
const Printable = z.string().min(1).max(NAME_CHARS).regex(PRINTABLE, { error: "wanted printable ASCII" });
const SecretName = z.string().min(1).max(LIMITS.nameChars);
const hosts = HostText.array()
	.min(1)
	.max(LIMITS.httpRules)
	.optional()
	.describe("which of the allowed hosts get the secret; left out: all of them");

const Format = z
	.string()
	.max(FORMAT_CHARS)
	.regex(PRINTABLE, { error: "format: wanted printable ASCII" })
	.refine((text) => text.split(SECRET_MARK).length === 2, { error: `format: wanted ${SECRET_MARK} exactly once` });

const HeaderName = z
	.string()
	.max(LIMITS.nameChars)
	.superRefine((name, context) => {
		const fault = headerFault(name.toLowerCase());
		if (fault !== null) context.addIssue({ code: "custom", message: `header ${JSON.stringify(name)}: ${fault}` });
	});

const InHeader = z.strictObject({
	header: HeaderName.describe("name of the header that carries the secret"),
	format: Format.describe("the header's value, such as Bearer {secret}"),
	secret: SecretName.describe("name of a secret of the tenant"),
	hosts,
});

const InQuery = z.strictObject({
	query: z
		.string()
		.min(1)
		.max(LIMITS.nameChars)
		.regex(/^[A-Za-z0-9._~-]+$/, { error: "query: wanted letters, digits and - . _ ~" })
		.describe("key of the query that carries the secret"),
	secret: SecretName.describe("name of a secret of the tenant"),
	hosts,
});

const Basic = z.strictObject({
	basic: z
		.strictObject({
			username: z
				.string()
				.max(NAME_CHARS)
				.regex(/^[\x20-\x39\x3b-\x7e]*$/, { error: "username: wanted printable ASCII without a colon" })
				.optional(),
			usernameSecret: SecretName.optional().describe("name of the secret that is the user name, in place of `username`"),
			passwordSecret: SecretName.optional().describe("name of the secret that is the password; left out: an empty one"),
		})
		.refine((basic) => (basic.username === undefined) !== (basic.usernameSecret === undefined), {
			error: "basic: wanted either username or usernameSecret",
		})
		.refine((basic) => basic.usernameSecret !== undefined || basic.passwordSecret !== undefined, {
			error: "basic: wanted a secret, as user name or as password",
		})
		.describe("HTTP Basic authentication (RFC 7617)"),
	hosts,
});

const INHERITED = new Set(["__proto__", "constructor", "prototype"]);

const InJsonBody = z.strictObject({
	jsonBody: z.strictObject({
		path: z
			.array(Printable.refine((key) => !INHERITED.has(key), { error: "path: found a name that objects inherit" }))
			.min(1)
			.max(LIMITS.injectedPathDepth)
			.describe("keys that lead to the secret's place, such as auth, token"),
		secret: SecretName.describe("name of a secret of the tenant"),
	}),
	hosts,
});

const Aws = z.strictObject({
	aws: z
		.strictObject({
			service: z.string().regex(/^[a-z0-9-]{1,64}$/, { error: "service: wanted a service's name in the signature, such as s3" }),
			region: z.string().regex(/^[a-z0-9-]{1,64}$/, { error: "region: wanted a region, such as eu-central-1" }),
			accessKeyId: z
				.string()
				.regex(/^[A-Za-z0-9]{16,128}$/, { error: "accessKeyId: wanted 16 to 128 letters and digits" })
				.optional(),
			accessKeyIdSecret: SecretName.optional().describe("name of the secret that is the access key id, in place of `accessKeyId`"),
			secretKeySecret: SecretName.describe("name of the secret that is the secret access key"),
			sessionTokenSecret: SecretName.optional().describe("name of the secret that is the session token"),
		})
		.refine((aws) => (aws.accessKeyId === undefined) !== (aws.accessKeyIdSecret === undefined), {
			error: "aws: wanted either accessKeyId or accessKeyIdSecret",
		})
		.describe("AWS Signature Version 4; each request is signed on the host"),
	hosts,
});

const TokenUrl = z
	.string()
	.max(LIMITS.urlChars)
	.superRefine((text, context) => {
		const fault = tokenUrlFault(text);
		if (fault !== null) context.addIssue({ code: "custom", message: `tokenUrl: ${fault}` });
	});

const tokenUrlFault = (text: string): string | null => {
	const target = readTarget(text);
	if (target.kind === "refused") return target.why;
	const host = classifyHost(target.url.hostname);
	if (host.kind === "refused") return host.why;
	return target.url.protocol === "https:" || host.kind === "loopback" ? null : "found http, wanted https";
};

const OAuth2 = z.strictObject({
	oauth2: z
		.strictObject({
			tokenUrl: TokenUrl.describe("where tokens are had"),
			clientId: Printable.optional(),
			clientIdSecret: SecretName.optional().describe("name of the secret that is the client id, in place of `clientId`"),
			clientSecretSecret: SecretName.describe("name of the secret that is the client secret"),
			scope: Printable.optional(),
			audience: Printable.optional(),
			auth: z.enum(["basic", "body"]).optional().describe("how the client says who it is; left out: basic"),
		})
		.refine((oauth2) => (oauth2.clientId === undefined) !== (oauth2.clientIdSecret === undefined), {
			error: "oauth2: wanted either clientId or clientIdSecret",
		})
		.describe("OAuth 2.0 client credentials (RFC 6749 §4.4); the token stays on the host"),
	hosts,
});

export const Injection = z.union([InHeader, InQuery, Basic, InJsonBody, Aws, OAuth2], {
	error:
		"inject: wanted { header, format, secret }, { query, secret }, { basic }, { jsonBody }, { aws } or { oauth2 }, each with hosts if it is for some only",
});
export type Injection = z.infer<typeof Injection>;

/** Where an injection puts something, by a name that no other injection of the grant may have. A header's name is in lower case. */
export const placeOf = (injection: Injection): string => {
	if ("header" in injection) return `header ${injection.header.toLowerCase()}`;
	if ("query" in injection) return `query ${injection.query}`;
	if ("jsonBody" in injection) return `body ${injection.jsonBody.path.join(".")}`;
	return "header authorization";
};

export const Inject = z
	.union([Injection, z.array(Injection).min(1).max(LIMITS.injections)])
	.refine((inject) => !Array.isArray(inject) || new Set(inject.map(placeOf)).size === inject.length, {
		error: "inject: found two for one place",
	});
