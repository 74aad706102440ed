import { decodeValue } from "../../contract/tagged-json.ts";
import type { Env } from "../env.ts";
import { argumentBytes } from "../leaks/argument-bytes.ts";
import { isOutbound } from "../leaks/is-outbound.ts";
import { soughtCanaries } from "../leaks/known-canaries.ts";
import { SentPieces } from "../leaks/sent-pieces.ts";
import { holdsSought, seekSecrets } from "../leaks/sought.ts";
import type { ActAnswer, SeekInContents } from "./object/begin-call.ts";
import { type Leak, NO_LEAK } from "./object/deny-leak.ts";
import type { ObjectState } from "./object/object-state.ts";
import { isLive } from "./object/run-rows.ts";
import { namesOf, openSecretsOf, type PolicySecrets } from "./secrets-of-policy.ts";

/** A call whose arguments may leave. */
export interface LeavingCall {
	readonly runId: string;
	readonly grant: string;
	readonly method: string;
	/** Encoded array of arguments. */
	readonly args: string;
	/** Where it stands in its execution, by the isolate's word; null: it was looked at before, and is no new piece of anything. */
	readonly at: string | null;
}

/** Verbs that send content by its handle, and how a handle's id begins. */
const OUTBOUND_CONTENT: ReadonlySet<string> = new Set(["http.fetch"]);
const HANDLE = '"hdl_';

/** Looks for honeytokens and secrets in what an agent's runs send. Before the step that decides a call, since secrets are opened for it and nothing is awaited in a step. */
export class LeakLook {
	readonly #env: Pick<Env, "DB" | "SEAL_KEY">;
	readonly #state: ObjectState;
	readonly #sent = new SentPieces();

	constructor(env: Pick<Env, "DB" | "SEAL_KEY">, state: ObjectState) {
		this.#env = env;
		this.#state = state;
	}

	/** What stands in a call's arguments that must not leave. Of calls that stay within the run, and of replays, which send nothing, nothing is asked. */
	async in({ runId, grant: name, method, args, at }: LeavingCall): Promise<Leak> {
		const row = this.#state.runs.get(runId);
		if (row === null || !isLive(row) || row.state.mode === "replay" || !row.state.grants.includes(name)) return NO_LEAK;
		const grant = this.#state.facts.policy(row.state.policyVersion).bound.grants.get(name);
		if (grant === undefined || !isOutbound(grant)) return NO_LEAK;
		const { canaries } = row.state;
		const secrets = await this.secretsOf(runId);
		if (secrets.kind === "unknown") return { ...NO_LEAK, unsearched: secrets.why };
		if (canaries.length === 0 && secrets.texts.length === 0) return NO_LEAK;
		const decoded = decodeValue(args);
		if (decoded.kind === "refused") return NO_LEAK;
		const bytes = argumentBytes(decoded.value);
		const pieces = at === null ? null : this.#sent.add(`${runId} ${name} ${method}`, at, bytes);
		const texts = pieces === null ? [bytes] : [bytes, pieces];
		const canary = soughtCanaries(canaries);
		const secret = seekSecrets(secrets.texts);
		return {
			canary: texts.some((text) => holdsSought(text, canary)),
			secret: texts.some((text) => holdsSought(text, secret)),
			unsearched: null,
		};
	}

	/** What content is to be searched for that a call sends by its handle; null: it sends none, or there is nothing to search for. */
	async inContents(runId: string, { verb, args }: Pick<ActAnswer, "verb" | "args">): Promise<SeekInContents | null> {
		const row = this.#state.runs.get(runId);
		const configuration = this.#state.facts.configuration();
		if (row === null || configuration === null || !OUTBOUND_CONTENT.has(verb) || !args.includes(HANDLE)) return null;
		const { tenantId, agentId } = configuration;
		const version = row.state.policyVersion;
		const names = await namesOf(this.#env, { tenantId, agentId, version }, this.#state.facts.policy(version).bound);
		const { canaries } = row.state;
		return canaries.length === 0 && names.length === 0 ? null : { canaries, secrets: names };
	}

	/** Texts of the secrets that a run's policy names, for one look; none for a run of which nothing more is stored. @param isOver look all the same */
	async secretsOf(runId: string, isOver = false): Promise<PolicySecrets> {
		const configuration = this.#state.facts.configuration();
		const row = this.#state.runs.get(runId);
		if (configuration === null || row === null || (row.settled === 1 && !isOver)) return { kind: "opened", texts: [] };
		const { tenantId, agentId } = configuration;
		// The policy of a run that is replayed may be gone.
		const version = this.#state.facts.hasPolicy(row.state.policyVersion) ? row.state.policyVersion : configuration.policyVersion;
		return await openSecretsOf(this.#env, { tenantId, agentId, version }, this.#state.facts.policy(version).bound);
	}
}
