import { classifyHost, guardAddress, portOf } from "../verbs/http-fetch/address-guard.ts";
import { readTarget } from "../verbs/http-fetch/target-url.ts";

export type EndpointUrlReading = { kind: "url"; url: URL } | { kind: "refused"; why: string };

const refused = (why: string): EndpointUrlReading => ({ kind: "refused", why });

/**
 * Where a delivery may go: https to a public address, or a host that the operator opened for development. Asked when the URL is stored, and before each
 * attempt; the network behind it checks again after the name was resolved.
 * @param developmentHosts `host:port` pairs on loopback
 */
export const readEndpointUrl = (text: string, developmentHosts: ReadonlySet<string>): EndpointUrlReading => {
	if (text.includes("#")) return refused("it has a fragment, which nobody would be sent");
	const target = readTarget(text);
	if (target.kind === "refused") return target;
	const { url } = target;
	const host = `${url.hostname}:${portOf(url)}`;
	const isDevelopment = developmentHosts.has(host);
	if (!isDevelopment && classifyHost(url.hostname).kind === "loopback")
		return refused(`it leads to the machine itself; for development the operator opens it with CORDON_DEV_ALLOW=${host}`);
	const address = guardAddress(url, developmentHosts);
	if (address.kind === "refused") return address;
	return url.protocol === "https:" || isDevelopment ? { kind: "url", url } : refused("its scheme is http, wanted https");
};
