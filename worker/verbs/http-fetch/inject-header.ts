import { LIMITS } from "../../../contract/limits.ts";
import { bytesToText } from "../byte-text.ts";
import { type BoundInjection, fixedInjection } from "./injection.ts";
import { type Injection, SECRET_MARK } from "./inject-grant.ts";
import { openSecretText } from "./secret-text.ts";
import { withHeader } from "./wire-request.ts";

const { max } = LIMITS.injectedSecretBytes;
const HEADER_OVERHEAD = 4;

/** A secret as a header's value, in a format. */
export const bindHeaderInjection = (inject: Extract<Injection, { header: string }>): BoundInjection => {
	const header = inject.header.toLowerCase();
	return {
		headers: [header],
		queryKeys: [],
		text: `the header ${header}`,
		fault: () => null,
		worstBytes: () => header.length + inject.format.length + max + HEADER_OVERHEAD,
		open: async (context) => {
			const secret = await openSecretText(context, inject.secret);
			if (secret === null) return null;
			// A function, since `$&` in a secret would mean something to replace().
			const value = inject.format.replace(SECRET_MARK, () => secret);
			return fixedInjection([secret], (wire) => withHeader(wire, header, value));
		},
	};
};

/** `user:password` as HTTP Basic authentication has it (RFC 7617). */
export const basicValue = (username: string, password: string): string =>
	`Basic ${bytesToText(new TextEncoder().encode(`${username}:${password}`), "base64")}`;

/** HTTP Basic authentication. */
export const bindBasicInjection = ({ basic }: Extract<Injection, { basic: object }>): BoundInjection => ({
	headers: ["authorization"],
	queryKeys: [],
	text: "the header authorization",
	fault: () => null,
	worstBytes: () => "authorization".length + HEADER_OVERHEAD + basicValue("".padEnd(max), "".padEnd(max)).length,
	open: async (context) => {
		const username = basic.usernameSecret === undefined ? basic.username : await openSecretText(context, basic.usernameSecret);
		const password = basic.passwordSecret === undefined ? "" : await openSecretText(context, basic.passwordSecret);
		// A colon would move the border between the two.
		if (username === null || username === undefined || password === null || username.includes(":")) return null;
		const value = basicValue(username, password);
		const secrets = [basic.usernameSecret === undefined ? "" : username, password, value.slice("Basic ".length)];
		return fixedInjection(
			secrets.filter((secret) => secret !== ""),
			(wire) => withHeader(wire, "authorization", value),
		);
	},
});
