import { goesTo, type RecipientHost } from "../verbs/http-fetch/recipient-host.ts";
import type { Decision, Label } from "../verbs/verb.ts";
import type { BoundFlow } from "./bind-flow.ts";

/** What of a call its flow is decided by. */
export interface FlowingCall {
	/** Name of the grant. */
	readonly grant: string;
	readonly labels: readonly Label[];
	/** Where its request goes, if its verb knows one host. */
	readonly to: { readonly host: string; readonly port: number } | null;
}

/** What a person is told who is asked because of the flow: one of the parts of an approval's rule, which `; ` joins. */
export const FLOW_WHY = "the run has read private and untrusted data, and this call sends something out of the house";

/**
 * Whether a call may follow what the run has touched already: once private and untrusted data have met, what is external happens only as the rules say.
 * @param flows rules that all bind, such as that of the run's version of the policy and that of today's: the strictest outcome counts
 * @param touched labels of the run before this call
 */
export const decideFlow = (flows: readonly BoundFlow[], touched: ReadonlySet<string>, call: FlowingCall): Decision => {
	if (!isHeld(touched, call)) return ALLOWED;
	const outcomes = flows.map((flow) => ({ flow, outcome: outcomeOf(flow, call) }));
	const denying = outcomes.find(({ outcome }) => outcome === "deny");
	if (denying !== undefined) return denial(call, denying.flow);
	return outcomes.some(({ outcome }) => outcome === "approve") ? { kind: "ask", rule: "flow", why: FLOW_WHY } : ALLOWED;
};

/**
 * The hosts within which a call must stay that a rule lets go to named hosts alone: a redirect must not lead on from there. One list for each such rule;
 * none: nothing holds it. What a rule has asked a person about is held by their answer.
 */
export const flowHosts = (
	flows: readonly BoundFlow[],
	touched: ReadonlySet<string>,
	call: FlowingCall,
): readonly (readonly RecipientHost[])[] => {
	if (!isHeld(touched, call)) return [];
	return flows.flatMap((flow) => {
		const hosts = outcomeOf(flow, call) === "allow" ? flow.listed.get(call.grant) : undefined;
		return hosts === undefined || hosts === null ? [] : [hosts];
	});
};

const ALLOWED: Decision = { kind: "allowed", rule: "flow" };

const isHeld = (touched: ReadonlySet<string>, { labels }: FlowingCall): boolean =>
	touched.has("private") && touched.has("untrusted") && labels.includes("external");

const outcomeOf = ({ listed, otherwise }: BoundFlow, { grant, to }: FlowingCall): BoundFlow["otherwise"] => {
	const hosts = listed.get(grant);
	if (hosts === undefined) return otherwise;
	return hosts === null || (to !== null && goesTo(hosts, to)) ? "allow" : otherwise;
};

const denial = ({ grant }: FlowingCall, { listed }: BoundFlow): Decision => ({
	kind: "denied",
	code: "flow_denied",
	message:
		listed.size === 0
			? "Calling an external grant: the run has read private and untrusted data, and the policy does not let anything leave after that"
			: `Calling env.${grant}: the run has read private and untrusted data, and the policy lets calls leave after that for ${recipients(listed)} alone`,
	hint: "Do what is external before reading both, or split the work into two runs.",
});

const SHOWN = 8;
const recipients = (listed: BoundFlow["listed"]): string => {
	const names = [...listed].map(([name, hosts]) => {
		const shown = hosts?.slice(0, SHOWN).map(({ host, port }) => (port === null ? host : `${host}:${port}`));
		return shown === undefined ? `env.${name}` : `env.${name} (${shown.join(", ")})`;
	});
	return `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ""}`;
};
