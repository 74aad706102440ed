import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { beyondNames } from "../beyond-names.ts";
import { beyondNumber } from "../beyond-number.ts";
import { CryptoJwtGrant, JWT_METHODS } from "./crypto-jwt-grant.ts";
import { readOnce } from "../read-once.ts";

const read = readOnce(CryptoJwtGrant);

/** How a grant of crypto.jwt lets more happen than another one (Verb.beyond). What makes a token's frame must be the same, its claims' schema too. */
export const beyondCryptoJwt = (parent: unknown, child: unknown): string | null => beyondFields(read(parent), read(child), NARROWINGS);

const NARROWINGS: Narrowings<CryptoJwtGrant> = {
	fields: [
		["methods", ({ methods: theirs = JWT_METHODS }, { methods: own = JWT_METHODS }) => beyondNames("methods", theirs, own)],
		[
			"maxLifetimeSeconds",
			({ maxLifetimeSeconds: theirs }, { maxLifetimeSeconds: own }) => beyondNumber("maxLifetimeSeconds", theirs, own),
		],
	],
	limits: {},
};
