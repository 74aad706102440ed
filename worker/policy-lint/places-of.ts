import type { PolicyGrant } from "../policy/bind-policy.ts";
import { readHostPattern } from "../verbs/http-fetch/host-pattern.ts";
import { HttpFetchGrant } from "../verbs/http-fetch/http-fetch-grant.ts";
import { isShared } from "./shared-hosts.ts";

/** Where an http grant lets a program's own requests go. */
export interface Place {
	/** As the rule has it. */
	readonly host: string;
	/** Every name below it. */
	readonly isWild: boolean;
	/** Anybody can have an account there. */
	readonly isShared: boolean;
	/** No path is named. */
	readonly anyPath: boolean;
	/** Methods that carry a body. */
	readonly writes: readonly string[];
}

const WRITING: readonly string[] = ["POST", "PUT", "PATCH", "DELETE"];

/** The places of a grant; none for what is no http grant. Templates are none: their form is fixed, and the program fills holes. */
export const placesOf = (grant: PolicyGrant): readonly Place[] => {
	if (grant.verb !== "http.fetch") return [];
	return (HttpFetchGrant.parse(grant.grant).allow ?? []).map(({ host, methods, paths }) => {
		const reading = readHostPattern(host);
		return {
			host,
			isWild: host.startsWith("*."),
			isShared: reading.kind === "pattern" && isShared(reading.pattern.host),
			anyPath: paths === undefined || paths.some((path) => path === "/**" || path === "**"),
			writes: (methods ?? []).filter((method) => WRITING.includes(method)),
		};
	});
};
