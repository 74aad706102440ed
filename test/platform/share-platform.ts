import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import { z } from "zod";
import { NewTenant } from "../../contract/tenants.ts";
import { createApiClient } from "../../scripts/support/api-client.ts";
import { Canaries } from "./canaries.ts";
import { type Platform, platformAt } from "./start-platform.ts";

const Told = z.strictObject({ url: z.string(), adminToken: z.string(), dataFolder: z.string(), ports: z.array(z.int()).min(1) });

/** The shared platform as one file has it: `api` is a tenant's of the file's own. */
export interface SharedPlatform extends Platform {
	/** Ports on loopback that http.fetch may reach, this file's alone: for its upstreams to listen on. */
	readonly ports: readonly number[];
}

/**
 * The platform that files share, for those that need none of their own: what they do, they do as tenants of their own, and none of them stops it, fills it up,
 * ends one of its processes (they are not this one's), or looks at what tenants there are. `stop` looks for what the file sealed and leaves it to the others.
 * @throws Error with the platform's words when it did not start
 */
export const sharePlatform = async (): Promise<SharedPlatform> => {
	const told = await text(connect(inject("sharedPlatform")));
	const parsed = Told.safeParse(JSON.parse(told));
	if (!parsed.success) throw new Error(`Sharing a platform: found ${told}, wanted it started and ports left`);
	const { url, adminToken, dataFolder, ports } = parsed.data;
	const mark = randomBytes(4).toString("hex");
	const operator = createApiClient(url, adminToken);
	const { key } = await operator.expect(201, NewTenant, "POST", "/v1/tenants", { name: `file-${mark}` });
	const canaries = new Canaries();
	const platform = platformAt({ url, adminToken, dataFolder, key: key.value }, canaries, () => canaries.checkFolder(dataFolder));
	return { ...platform, ports, tenant: (name) => platform.tenant(`${name}-${mark}`) };
};
