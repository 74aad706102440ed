import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { beyondNames } from "../beyond-names.ts";
import { CryptoWebhookGrant, WEBHOOK_METHODS } from "./crypto-webhook-grant.ts";
import { readOnce } from "../read-once.ts";

const read = readOnce(CryptoWebhookGrant);

/** How a grant of crypto.webhook lets more happen than another one (Verb.beyond). */
export const beyondCryptoWebhook = (parent: unknown, child: unknown): string | null => beyondFields(read(parent), read(child), NARROWINGS);

const NARROWINGS: Narrowings<CryptoWebhookGrant> = {
	fields: [["methods", ({ methods: theirs = WEBHOOK_METHODS }, { methods: own = WEBHOOK_METHODS }) => beyondNames("methods", theirs, own)]],
	limits: {},
};
