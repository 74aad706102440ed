import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext } from "../verb.ts";
import { portOf } from "./address-guard.ts";
import { type HostPattern, matchesHost, readHostPattern } from "./host-pattern.ts";
import type { HttpFetchGrant } from "./http-fetch-grant.ts";
import { SECRET_MARK } from "./http-fetch-grant.ts";
import { makeRedactor, NO_REDACTION, type Redactor } from "./redact-secret.ts";

/** A grant's `inject` made ready. */
export interface BoundInject {
	/** Lower case. */
	readonly header: string;
	readonly format: string;
	readonly secret: string;
	/** Null: every host of the grant's rules. */
	readonly hosts: readonly HostPattern[] | null;
}

/** The credential of one call. Lives no longer than the call. */
export interface Credential {
	/** The header for a hop that the grant's rules cover, or null when the hop's host gets none. */
	headerFor(url: URL): readonly [name: string, value: string] | null;
	readonly redactor: Redactor;
}

export type CredentialOpening = { kind: "opened"; credential: Credential } | { kind: "unavailable" };

const NO_CREDENTIAL: Credential = { headerFor: () => null, redactor: NO_REDACTION };
const PRINTABLE = /^[\x20-\x7e]+$/;

/** @throws Error when the grant was not parsed: a bug. */
export const bindInject = (inject: HttpFetchGrant["inject"]): BoundInject | null => {
	if (inject === undefined) return null;
	const hosts = inject.hosts?.map((text) => {
		const reading = readHostPattern(text);
		if (reading.kind === "refused") throw new Error(`bindInject: found a host that the schema refuses: ${reading.why}`);
		return reading.pattern;
	});
	return { header: inject.header.toLowerCase(), format: inject.format, secret: inject.secret, hosts: hosts ?? null };
};

/** Opens the secret for one call. One that is missing, no header's text, or too short to be redacted is unavailable, and which of them is not told. */
export const openCredential = async (inject: BoundInject | null, context: CallContext): Promise<CredentialOpening> => {
	if (inject === null) return { kind: "opened", credential: NO_CREDENTIAL };
	const bytes = await context.openSecret(inject.secret);
	if (bytes === null) return { kind: "unavailable" };
	const { min, max } = LIMITS.injectedSecretBytes;
	const secret = new TextDecoder().decode(bytes);
	if (bytes.length < min || bytes.length > max || !PRINTABLE.test(secret)) return { kind: "unavailable" };
	// A function, since `$&` in a secret would mean something to replace().
	const value = inject.format.replace(SECRET_MARK, () => secret);
	return {
		kind: "opened",
		credential: {
			headerFor: (url) => (getsCredential(inject, url) ? [inject.header, value] : null),
			redactor: makeRedactor(secret),
		},
	};
};

const getsCredential = (inject: BoundInject, url: URL): boolean =>
	inject.hosts === null ||
	inject.hosts.some((pattern) => matchesHost(pattern, url.hostname) && (pattern.port === null || pattern.port === portOf(url)));
