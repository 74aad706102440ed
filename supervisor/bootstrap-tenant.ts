import { join } from "node:path";
import { z } from "zod";
import { readIfThere, writeOnce } from "./data-folder.ts";

const TENANT = "local";
/** How long the Worker may take until it answers, milliseconds. */
const READY_MS = 20_000;

const Tenants = z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) });
const NewTenant = z.object({ id: z.string(), key: z.object({ value: z.string() }) });
const NewKey = z.object({ value: z.string() });

/** The first tenant's key, and the file that holds it. */
export interface LocalTenant {
	readonly key: string;
	readonly keyFile: string;
}

/**
 * Sees to it that tenant `local` exists and that the data folder holds a key of it, all through the public API. Repeatable: a crash between the
 * tenant and the key's file leads to a new key at the next start.
 * @throws Error naming what the API answered instead.
 */
export const bootstrapTenant = async (url: URL, adminToken: string, dataFolder: string): Promise<LocalTenant> => {
	const keyFile = join(dataFolder, "key");
	const call = apiCaller(url, adminToken);
	const tenants = Tenants.parse(await call("GET", "/v1/tenants?limit=200"));
	const tenant = tenants.data.find((each) => each.name === TENANT);
	const stored = tenant === undefined ? null : await readIfThere(keyFile);
	if (stored !== null) return { key: stored.trim(), keyFile };
	const value = tenant === undefined ? await createTenant(call) : await createKey(call, tenant.id);
	if (!(await writeOnce(keyFile, `${value}\n`)))
		throw new Error(`Writing ${keyFile}: it is there already, but its tenant is not. Move it away, or restore the data it belongs to.`);
	return { key: value, keyFile };
};

type ApiCall = (method: string, path: string, body?: unknown) => Promise<unknown>;

const createTenant = async (call: ApiCall): Promise<string> =>
	NewTenant.parse(await call("POST", "/v1/tenants", { name: TENANT })).key.value;

const createKey = async (call: ApiCall, tenantId: string): Promise<string> =>
	NewKey.parse(await call("POST", `/v1/tenants/${tenantId}/keys`, { name: TENANT })).value;

const apiCaller =
	(url: URL, adminToken: string): ApiCall =>
	async (method, path, body) => {
		const response = await fetch(new URL(path, url), {
			method,
			headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
			signal: AbortSignal.timeout(READY_MS),
		});
		if (!response.ok)
			throw new Error(`${method} ${path}: answered ${response.status}, wanted success. ${(await response.text()).slice(0, 500)}`);
		return response.json();
	};

/** Resolves when the Worker answers `GET /healthz` with 200. @throws Error with its last answer when it does not in time. */
export const waitUntilHealthy = async (url: URL): Promise<void> => {
	const deadlineMs = performance.now() + READY_MS;
	let last = "no answer";
	while (performance.now() < deadlineMs) {
		try {
			const response = await fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(2_000) });
			if (response.ok) return;
			last = `${response.status} ${(await response.text()).slice(0, 500)}`;
		} catch (error) {
			last = error instanceof Error ? error.message : "no answer";
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(`Starting the control plane: GET /healthz gave ${last}, wanted 200 within ${READY_MS} ms.`);
};
