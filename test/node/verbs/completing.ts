import assert from "node:assert/strict";
import { aiComplete } from "../../../worker/verbs/ai-complete/ai-complete.ts";
import type { BoundGrant, CallContext, Resources, VerbOutcome } from "../../../worker/verbs/verb.ts";
import { callContext, prepared } from "./perform.ts";
import type { Upstream } from "./upstream.ts";

/** The key that the loopback providers are given. */
export const KEY = "sk-canary/0123456789+abcdef";

export const PROVIDERS = ["openai", "anthropic", "google", "openai-compatible", "workers-ai"] as const;

/** A route to a provider on loopback. Prices: $3 and $15 a million tokens. */
export const routeTo = (upstream: Pick<Upstream, "origin">, parts: Record<string, unknown> = {}): Record<string, unknown> => ({
	provider: "openai-compatible",
	model: "m-1",
	secret: "key",
	baseUrl: `${upstream.origin}/v1`,
	usdMicrosPerMillionInput: 3_000_000,
	usdMicrosPerMillionOutput: 15_000_000,
	...parts,
});

/** The tenant's models. */
export const models = (named: Record<string, readonly unknown[]>): Resources =>
	new Map(Object.entries(named).map(([name, routes]) => [`model/${name}`, { routes, version: 1 }]));

export const grantOf = (parts: Record<string, unknown> = {}): BoundGrant =>
	aiComplete.bind({ verb: "ai.complete", models: ["fast"], ...parts });

/** A call as the gate makes it: what was held bounds what it cost, and the key is nowhere in what comes back. */
export const complete = async (
	routes: readonly unknown[],
	request: unknown,
	parts: {
		method?: "complete" | "stream";
		grant?: BoundGrant;
		signal?: AbortSignal;
		emit?: CallContext["emit"];
		developmentHosts?: string[];
		secrets?: Record<string, string>;
	} = {},
): Promise<VerbOutcome & { emitted: unknown[] }> => {
	const emitted: unknown[] = [];
	const hosts = routes.flatMap((route) =>
		typeof route === "object" && route !== null && "baseUrl" in route ? [new URL(String(route.baseUrl)).host] : [],
	);
	const context = callContext({
		secrets: parts.secrets ?? { key: KEY },
		developmentHosts: parts.developmentHosts ?? hosts,
		resources: models({ fast: routes }),
		emit: async (value) => {
			await parts.emit?.(value);
			emitted.push(value);
		},
		...(parts.signal === undefined ? {} : { signal: parts.signal }),
	});
	const call = prepared(parts.grant ?? grantOf(), parts.method ?? "complete", [request], context.resources);
	assert(call.decision.kind === "allowed" && call.act.where === "host", JSON.stringify(call.decision));
	const outcome = await call.act.perform(context);
	for (const dimension of ["tokens", "usdMicros", "egressBytes"] as const)
		assert((outcome.cost[dimension] ?? 0) <= (call.worstCost[dimension] ?? 0), `the call cost more ${dimension} than was held for it`);
	const shown = JSON.stringify([outcome, emitted]);
	for (const hidden of [KEY, "upstream text", "127.0.0.1", "m-1", "openai", "anthropic"])
		assert(!shown.includes(hidden), `found ${hidden} in ${shown}`);
	return { ...outcome, emitted };
};

/** What a failed call says. */
export const failureOf = (outcome: VerbOutcome): string =>
	outcome.kind === "failed" ? `${outcome.code}: ${outcome.message}` : `done: ${JSON.stringify(outcome.value)}`;
