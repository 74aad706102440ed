import type { BudgetLimits } from "../../contract/budgets.ts";
import { locatorOf, newId, newRoutedId } from "../../contract/ids.ts";
import { admitCommand } from "../../test/unit/agents/admit-command.ts";
import { AgentObject as RealAgentObject } from "../../worker/agents/agent-object.ts";
import type { Identity } from "../../worker/agents/agent-host.ts";
import { beBorn } from "../../worker/agents/object/configure.ts";
import type { FinishCommand } from "../../worker/agents/object/finish-run.ts";
import { takeUp } from "../../worker/agents/object/take-up.ts";
import type { AgentPort, Env } from "../../worker/env.ts";

// biome-ignore lint/performance/noBarrelFile: the runtime finds the Durable Object and the entrypoints among the entry's exports.
export { EndpointObject } from "../../worker/endpoints/endpoint-object.ts";
export { Gate } from "../../worker/gate/gate-entrypoint.ts";
export { GateSocket } from "../../worker/gate/gate-socket.ts";
export { RunStarter } from "../../worker/runs/run-starter.ts";
export { TenantObject } from "../../worker/tenant-budget/tenant-object.ts";

const HOST = "upstream.example";
const POLICY = {
	grants: {
		far: {
			verb: "http.fetch",
			allow: [{ host: HOST, methods: ["GET"], paths: ["/**"] }],
			limits: { day: { calls: 1_000_000_000 } },
		},
	},
	limits: { calls: 500 },
};
const LIMITS_OF_AGENT: BudgetLimits = {
	run: { tokens: 1_000_000 },
	minute: { calls: 1_000_000_000 },
	hour: { calls: 1_000_000_000 },
	day: { calls: 1_000_000_000, usdMicros: 1_000_000_000_000 },
	month: { calls: 1_000_000_000 },
	lifetime: { egressBytes: 1_000_000_000_000_000 },
};
const ARGS = JSON.stringify([{ url: `https://${HOST}/`, method: "GET", headers: [], body: null, redirect: "follow" }]);
const CALLS_PER_RUN = 500;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The agent's object with what a measurement needs beside its own methods. */
export class AgentObject extends RealAgentObject {
	async bear(identity: Identity): Promise<void> {
		const birth = { name: "bench", policy: POLICY, program: null, language: "typescript", budget: { limits: LIMITS_OF_AGENT } } as const;
		this.step(null, () => beBorn(this.state, { ...identity, createdAtMs: Date.now() }, birth));
	}

	/** Holds and settles, each in a step of its own, and nothing else. */
	async holdAndSettle(count: number): Promise<void> {
		const limits = this.state.facts.configuration()?.budget.limits ?? {};
		const grant = { name: "far", limits: this.state.facts.grantLimits("far") };
		for (let index = 0; index < count; index += 1) {
			const order = { id: `hold-${index}`, runId: "run", limits, grant, amount: { calls: 1, egressBytes: 1_000, usdMicros: 3 } };
			await this.withSlices(() =>
				this.step("none", () => this.state.book.hold({ ...order, expiresAtMs: Date.now() + DAY_MS }, Date.now())),
			);
			this.step("none", () => this.state.book.settle(order.id, { calls: 1, egressBytes: 10, usdMicros: 1 }, Date.now()));
			// The runtime writes when the object waits.
			if (index % 64 === 63) await this.ctx.storage.sync();
		}
	}

	/** Runs with many calls each, from admission to the archive; what has ended is forgotten as it is when ten minutes have passed. */
	async live(identity: Identity, calls: number): Promise<void> {
		for (let made = 0; made < calls; made += CALLS_PER_RUN) {
			await makeCalls(this, identity, Math.min(CALLS_PER_RUN, calls - made), 1);
			if ((made / CALLS_PER_RUN) % 10 === 9) await this.#forget();
		}
		await this.#forget();
	}

	async #forget(): Promise<void> {
		await this.sendAll();
		this.step(null, () => takeUp(this.state, Date.now() + DAY_MS / 24));
	}

	/** Bytes that the object's storage takes. */
	async storedBytes(): Promise<number> {
		await this.ctx.storage.sync();
		return this.ctx.storage.sql.databaseSize;
	}
}

/** One run with so many calls, several at once: each is begun with its hold, and ended with its settlement. */
const makeCalls = async (object: AgentPort, identity: Identity, count: number, atOnce: number): Promise<void> => {
	const locator = locatorOf(identity.agentId);
	const runId = newRoutedId("run", locator);
	const admitted = await object.admit(identity, admitCommand(runId, { limits: { calls: count }, executesUpToMs: 60_000 }));
	if (admitted.kind !== "execute") throw new Error(`Measuring: a run was not admitted: ${JSON.stringify(admitted)}`);
	let next = 0;
	const caller = async (): Promise<void> => {
		for (let place = ++next; place <= count; place = ++next) {
			const begun = await object.beginCall({ runId, attempt: 1, grant: "far", method: "fetch", args: ARGS, at: `${place} 0 `, locator });
			if (begun.kind !== "act") throw new Error(`Measuring: a call was not begun: ${JSON.stringify(begun)}`);
			const answer = { text: '{"kind":"value","value":"1"}', key: null };
			await object.endCall({ callId: begun.callId, outcome: { kind: "done", cost: { egressBytes: 10 } }, answer });
		}
	};
	await Promise.all(Array.from({ length: atOnce }, caller));
	await object.finish({ ...END, runId, startedAtMs: Date.now() });
};

const END: Omit<FinishCommand, "runId" | "startedAtMs"> = {
	...{ attempt: 1, ending: "ended", status: "succeeded", result: null, error: null, logs: [], logsTruncated: false },
	...{ choices: null, places: null, sent: null, timerAtMs: null, cpuMs: 1, wallMs: 1 },
};

interface BenchEnv extends Omit<Env, "AGENTS"> {
	readonly AGENTS: { idFromName(name: string): DurableObjectId; get(id: DurableObjectId): BenchPort };
}
type BenchPort = AgentPort & Pick<AgentObject, "bear" | "holdAndSettle" | "live" | "storedBytes">;

const makeAgent = async (env: BenchEnv): Promise<{ identity: Identity; object: BenchPort }> => {
	const identity = { tenantId: newId("ten"), agentId: newId("agt") };
	await env.TENANTS.get(env.TENANTS.idFromName(identity.tenantId)).setLimits({ day: { calls: 1_000_000_000 } }, "UTC");
	const object = env.AGENTS.get(env.AGENTS.idFromName(`${identity.tenantId}/${locatorOf(identity.agentId)}`));
	await object.bear(identity);
	return { identity, object };
};

let kept: Identity | null = null;

export default {
	async fetch(request: Request, env: BenchEnv): Promise<Response> {
		const { pathname, searchParams } = new URL(request.url);
		const count = Number(searchParams.get("count"));
		switch (pathname) {
			case "/v1/calls": {
				const { identity, object } = await makeAgent(env);
				const runs = Array.from({ length: count / CALLS_PER_RUN }, () => makeCalls(object, identity, CALLS_PER_RUN, 16));
				await Promise.all(runs);
				return new Response("done");
			}
			case "/v1/holds": {
				const { object } = await makeAgent(env);
				await object.holdAndSettle(count);
				return new Response("done");
			}
			case "/v1/year": {
				kept ??= (await makeAgent(env)).identity;
				const object = env.AGENTS.get(env.AGENTS.idFromName(`${kept.tenantId}/${locatorOf(kept.agentId)}`));
				await object.live(kept, count);
				return new Response(String(await object.storedBytes()));
			}
			default:
				return new Response("no such measurement", { status: 404 });
		}
	},
};
