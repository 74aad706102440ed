import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { beyondNames } from "../beyond-names.ts";
import { CryptoSealGrant, SEAL_METHODS } from "./crypto-seal-grant.ts";
import { readOnce } from "../read-once.ts";

const read = readOnce(CryptoSealGrant);

/** How a grant of crypto.seal lets more happen than another one (Verb.beyond). */
export const beyondCryptoSeal = (parent: unknown, child: unknown): string | null => beyondFields(read(parent), read(child), NARROWINGS);

const NARROWINGS: Narrowings<CryptoSealGrant> = {
	fields: [["methods", ({ methods: theirs = SEAL_METHODS }, { methods: own = SEAL_METHODS }) => beyondNames("methods", theirs, own)]],
	limits: {},
};
