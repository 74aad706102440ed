import ipaddr from "ipaddr.js";
import type { Env } from "../env.ts";

/** Groups of an IPv6 address that one customer of a network has to itself at least: a /64. */
const CUSTOMER_GROUPS = 4;

/**
 * Where a stranger's request comes from, as far as somebody has said so whom the sender cannot speak for: on Cloudflare the edge. On one machine nobody
 * does, since a header there is the sender's own word: "", one stranger for all.
 */
export const strangerAddress = ({ EXECUTOR }: Pick<Env, "EXECUTOR">, headers: Headers): string => {
	const told = headers.get("cf-connecting-ip");
	if (EXECUTOR !== "loader" || told === null || !ipaddr.isValid(told)) return "";
	const address = ipaddr.process(told);
	return address instanceof ipaddr.IPv6 ? address.parts.slice(0, CUSTOMER_GROUPS).join(":") : address.toString();
};
