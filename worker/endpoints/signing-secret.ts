import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { openValue, sealValue } from "../secrets/seal.ts";
import type { EndpointRow } from "./endpoint-row.ts";

type Sealing = Pick<Env, "SEAL_KEY">;

/** A new secret as Standard Webhooks writes it: `whsec_` and base64 of LIMITS.endpointSecretBytes random bytes. */
export const newSigningSecret = (): string =>
	`whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(LIMITS.endpointSecretBytes))))}`;

const placeOf = (tenantId: string, endpointId: string, version: number) => ({ tenantId, name: `endpoint/${endpointId}`, version });

/** @throws Refusal `internal` when there is no usable SEAL_KEY */
export const sealSigningSecret = (env: Sealing, tenantId: string, endpointId: string, version: number, secret: string): Promise<string> =>
	sealValue(env, placeOf(tenantId, endpointId, version), new TextEncoder().encode(secret));

/** The secrets that sign at a moment, the newest first; for use within one attempt, and never to be kept. @throws Refusal `internal` when one does not open */
export const openSigningSecrets = async (env: Sealing, tenantId: string, row: EndpointRow, nowMs: number): Promise<string[]> => {
	const { previousSealed, previousUntilMs, secretVersion } = row;
	const isOverlap = previousSealed !== null && previousUntilMs !== null && previousUntilMs > nowMs;
	const sealed = [
		{ version: secretVersion, text: row.sealed },
		...(isOverlap ? [{ version: secretVersion - 1, text: previousSealed }] : []),
	];
	return await Promise.all(
		sealed.map(async ({ version, text }) => new TextDecoder().decode(await openValue(env, placeOf(tenantId, row.id, version), text))),
	);
};
