import type { SeekInContents } from "../agents/object/begin-call.ts";
import { runContents } from "../blobs/run-contents.ts";
import { wayOut } from "../egress/way-out.ts";
import type { AgentPort, Env } from "../env.ts";
import { openSecret } from "../secrets/open-secret.ts";
import { openStore } from "../stores/open-store.ts";
import type { CallContext, Resources } from "../verbs/verb.ts";
import type { Authority } from "./attempt-token.ts";
import { searchedContents } from "./searched-contents.ts";

/** What one call of one attempt acts with. */
export interface CallParts {
	readonly env: Env;
	readonly object: AgentPort;
	readonly authority: Authority;
	readonly callId: string;
	readonly resources: Resources;
	/** Where parts of a streamed answer go; a method that does not stream has none. */
	readonly emit: CallContext["emit"];
	readonly timeoutMs: number;
	/** Aborts when nobody reads the answer any more. */
	readonly unread: AbortSignal;
	/** What must not stand in content that it sends; left out: it sends none. */
	readonly seek?: SeekInContents | undefined;
}

/** Everything that a verb may use for the call, and nothing more. */
export const callContext = ({ env, object, authority, callId, resources, emit, timeoutMs, unread, seek }: CallParts): CallContext => ({
	tenantId: authority.tenantId,
	agentId: authority.agentId,
	runId: authority.runId,
	callId,
	openSecret: (name) => openSecret(env, authority.tenantId, name),
	...wayOut(env),
	openStore: (binding) => openStore(env, binding),
	resources,
	contents: searchedContents(
		env,
		authority.tenantId,
		runContents(env, object, { tenantId: authority.tenantId, runId: authority.runId, attempt: authority.attempt }),
		seek ?? null,
	),
	emit,
	signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), unread]),
});
