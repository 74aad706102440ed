import type { SchemeName } from "../../../contract/triggers.ts";
import { github } from "./github.ts";
import { hmac } from "./hmac.ts";
import type { Scheme } from "./scheme.ts";
import { slack } from "./slack.ts";
import { standard } from "./standard.ts";
import { stripe } from "./stripe.ts";

/** How senders sign, by the name that a trigger gives. */
export const schemes: Readonly<Record<SchemeName, Scheme>> = { standard, github, stripe, slack, hmac };
