import type { Agent } from "../../../contract/agents.ts";
import { AgentObject } from "../../../worker/agents/agent-object.ts";
import { beBorn } from "../../../worker/agents/object/configure.ts";
import { noteAwaited } from "../../../worker/agents/object/park-run.ts";
import { waitedCall } from "../../../worker/agents/object/recorded-call.ts";
import type { BeginCallAnswer } from "../../../worker/agents/object/begin-call.ts";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import type { Env } from "../../../worker/env.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";

/** An agent's object without an archive and a queue: the world claims runs as it likes. */
export class OneAgent extends AgentObject {
	readonly #isAlive: () => boolean;
	readonly #background: (work: Promise<void>) => void;

	/** @param background is told of work that nobody waits for */
	constructor(context: DurableObjectState, env: Env, isAlive: () => boolean, background: (work: Promise<void>) => void) {
		super(context, env);
		this.#isAlive = isAlive;
		this.#background = background;
	}

	get inside(): ObjectState {
		return this.state;
	}

	bear(identity: { tenantId: string; agentId: string }, { policy, budget }: Pick<Agent, "policy" | "budget">): void {
		const birth = { name: identity.agentId, policy, program: null, language: "typescript", budget } as const;
		this.state.step(() => beBorn(this.state, { ...identity, createdAtMs: Date.now() }, birth));
	}

	/** A look at a call that waits, without the time that a look takes. */
	async look(runId: string, attempt: number, callId: string): Promise<BeginCallAnswer> {
		const work = () => waitedCall(this.state, { runId, attempt, callId }, { resources: NO_RESOURCES, nowMs: Date.now() });
		const answer = await this.withSlices(() => this.step(runId, work));
		noteAwaited(this.state, runId, callId, answer.kind === "wait");
		return answer;
	}

	/** Nothing is written by an object that was evicted. */
	protected override step<Answer>(runId: string | null, work: () => Answer): Answer {
		if (!this.#isAlive()) throw new Error("the object was evicted");
		return super.step(runId, work);
	}

	protected override async isBorn(): Promise<boolean> {
		return this.state.facts.configuration() !== null;
	}

	protected override async sendAll(): Promise<void> {}

	protected override async sendToQueue(): Promise<void> {}

	protected override tellKin(): Promise<void> {
		const told = super.tellKin();
		this.#background(told);
		return told;
	}
}
