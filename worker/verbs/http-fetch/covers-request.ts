import { bindRules, coverRequest } from "./covering-rule.ts";
import { readFetchArguments } from "./fetch-arguments.ts";
import { HttpFetchGrant } from "./http-fetch-grant.ts";
import { checkHeaders } from "./request-headers.ts";
import { readTarget } from "./target-url.ts";

/**
 * Whether a grant's rules cover a request, for the gate's choice among http grants when a program calls `fetchAny`. False for what is no http grant
 * or no request. Which headers a program may not set, and the address, are judged later, by prepare() and by the act.
 * @param grant a grant's data as a policy has it. @param args decoded arguments of `fetchAny`.
 */
export const coversRequest = (grant: unknown, args: readonly unknown[]): boolean => {
	const parsed = HttpFetchGrant.safeParse(grant);
	const reading = readFetchArguments("fetchAny", args);
	if (!parsed.success || reading.kind === "invalid") return false;
	const { url, method, headers } = reading.request;
	const target = readTarget(url);
	const checked = checkHeaders(headers, null);
	const clean = checked.kind === "clean" ? checked.headers : [];
	return target.kind === "target" && coverRequest(bindRules(parsed.data), method, target.url, clean).kind === "covered";
};
