import { agentRun } from "./agent-run/agent-run.ts";
import { aiComplete } from "./ai-complete/ai-complete.ts";
import { budgetRead } from "./budget-read/budget-read.ts";
import { cryptoJwt } from "./crypto-jwt/crypto-jwt.ts";
import { cryptoSeal } from "./crypto-seal/crypto-seal.ts";
import { cryptoSign } from "./crypto-sign/crypto-sign.ts";
import { cryptoWebhook } from "./crypto-webhook/crypto-webhook.ts";
import { files } from "./files/files.ts";
import { httpFetch } from "./http-fetch/http-fetch.ts";
import { humanAsk } from "./human-ask/human-ask.ts";
import { state } from "./state/state.ts";
import { toolCall } from "./tool-call/tool-call.ts";
import { sqlQuery } from "./sql-query/sql-query.ts";
import type { Verb } from "./verb.ts";

/** Everything that the host can do for a program: the closed list, by the name that a grant gives. A Map, since the name comes from outside. */
export const CATALOGUE: ReadonlyMap<string, Verb> = new Map(
	[
		files, // reads and writes the run's files
		sqlQuery, // runs SQL on a dataset of the tenant, in an engine of its own beside the run
		state, // keeps small values from run to run
		httpFetch, // fetches from hosts that the grant names
		aiComplete, // asks models by the tenant's names
		cryptoSign, // signs with a key that stays on the host
		toolCall, // calls tools of an MCP server or of an HTTP API that the tenant registered
		humanAsk, // asks a person
		cryptoJwt, // signs and verifies tokens of one issuer
		cryptoWebhook, // signs and verifies webhook messages
		budgetRead, // reads what is left of the budgets that bind the run
		cryptoSeal, // encrypts and decrypts under a key that stays on the host
		agentRun, // runs another agent, or the same one, with a part of the run's budget and grants
	].map((verb) => [verb.name, verb]),
);
