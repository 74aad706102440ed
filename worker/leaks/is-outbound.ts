import type { Label } from "../verbs/verb.ts";

/** Verbs whose arguments leave the run for somebody who is not it, whatever labels their grants have: models' providers, people, other agents' programs. */
const OUTBOUND: ReadonlySet<string> = new Set(["http.fetch", "tool.call", "ai.complete", "human.ask", "agent.run"]);

/** Whether a grant's arguments go out. Those of files, state, crypto and SQL in the house do not, unless the grant is labelled `external`. */
export const isOutbound = ({ verb, bound }: { readonly verb: string; readonly bound: { readonly labels: readonly Label[] } }): boolean =>
	OUTBOUND.has(verb) || bound.labels.includes("external");
