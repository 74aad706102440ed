import type { ModelProvider, ModelRoute } from "../../../contract/models.ts";
import { classifyHost, guardAddress } from "../http-fetch/address-guard.ts";

export type BaseUrlReading = { kind: "url"; url: URL } | { kind: "refused"; why: string };

/** Where a provider answers unless a route says otherwise. Said here and never left to a package, which would look into the environment. */
const OWN_BASE_URLS: { readonly [Provider in ModelProvider]: (route: Pick<ModelRoute, "account">) => string | null } = {
	openai: () => "https://api.openai.com/v1",
	anthropic: () => "https://api.anthropic.com/v1",
	google: () => "https://generativelanguage.googleapis.com/v1beta",
	"openai-compatible": () => null,
	// Cloudflare's REST API speaks chat completions: it needs a token and an account, no binding, and works the same on one machine.
	"workers-ai": ({ account }) => (account === undefined ? null : `https://api.cloudflare.com/client/v4/accounts/${account}/ai/v1`),
};

/**
 * The URL before a provider's paths, where it may be asked: https, or what the operator opened on loopback. Asked when a route is stored and at each call.
 * @param developmentHosts `host:port` pairs on loopback that the operator opened.
 */
export const readOpenBaseUrl = (
	route: Pick<ModelRoute, "provider" | "baseUrl" | "account">,
	developmentHosts: ReadonlySet<string>,
): BaseUrlReading => {
	const reading = readBaseUrl(route);
	if (reading.kind === "refused") return reading;
	const address = guardAddress(reading.url, developmentHosts);
	return address.kind === "refused" ? address : reading;
};

/** The same as far as its spelling tells: loopback is let through. */
const readBaseUrl = (route: Pick<ModelRoute, "provider" | "baseUrl" | "account">): BaseUrlReading => {
	const text = route.baseUrl ?? OWN_BASE_URLS[route.provider](route);
	if (text === null || !URL.canParse(text)) return refused("it is not a URL");
	const url = new URL(text);
	if (url.protocol !== "https:" && url.protocol !== "http:") return refused("its scheme is not https");
	if (url.username !== "" || url.password !== "") return refused("it carries a name or a password");
	if (url.href.includes("?") || url.href.includes("#")) return refused("it has a query or a fragment");
	const host = classifyHost(url.hostname);
	if (host.kind === "refused") return refused(host.why);
	if (host.kind === "public" && url.protocol !== "https:") return refused("its scheme is not https");
	return { kind: "url", url };
};

const refused = (why: string): BaseUrlReading => ({ kind: "refused", why });
