import { env } from "cloudflare:workers";
import type { BudgetLimits, Limits, TenantLimits } from "../../../contract/budgets.ts";
import { locatorOf, newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { ChildReport } from "../../../worker/agents/object/child-ended.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import type { LeaseAsk, SliceAck, SliceReport } from "../../../worker/budgets/lease-messages.ts";
import type { Env } from "../../../worker/env.ts";
import { Bounds, expectAgentSound, fail } from "./agent-rules.ts";
import { lookAtAgent, lookAtTenant, type SeenAgent, type SeenTenant } from "./look.ts";
import { OneAgent } from "./one-agent.ts";
import { OneTenant } from "./one-tenant.ts";
import { ownContext } from "./own-context.ts";
import { expectRemembered } from "./expect-remembered.ts";
import type { Place } from "./place.ts";
import { Post } from "./post.ts";
import { expectAllTold, expectQuiet, expectTenantSound, expectTogetherSound, SliceTruth } from "./tenant-rules.ts";
import { LIMITED_GRANTS, policyOf } from "./world-policy.ts";

/** A Wednesday, two minutes before a month ends in Berlin. */
const START = Date.UTC(2029, 0, 31, 22, 58);

/** One tenant's object and its agents' objects, all of them real, under one clock, with a post that loses and repeats what it is told to. */
export class BudgetWorld {
	readonly tenantId = newId("ten");
	readonly post = new Post();
	readonly places: Place[];
	nowMs = START;
	tenantSkewMs = 0;
	tenant: OneTenant;
	readonly #context: DurableObjectState;
	readonly #bounds = new Bounds();
	readonly #truth = new SliceTruth();
	readonly #pending = new Set<Promise<unknown>>();

	constructor(context: DurableObjectState, agents: number, limits: BudgetLimits) {
		this.#context = ownContext(context, "tenant");
		this.tenant = new OneTenant(this.#context, this);
		const ids = Array.from({ length: agents }, () => newId("agt"));
		this.places = ids.map((agentId, index) => this.#makePlace(ownContext(context, `agent${index}`), agentId));
		for (const place of this.places) {
			const policy = policyOf(place.web, place.pay, this.otherThan(place).agentId);
			place.object.bear(place.identity, { policy, budget: { limits } });
		}
	}

	/** The agent whose runs the grant `other` starts. */
	otherThan(place: Place): Place {
		return this.placeOf(this.places.indexOf(place) + 1);
	}

	placeOf(which: number): Place {
		return this.places[which % this.places.length] ?? fail("a world has agents");
	}

	/** Something that an agent's object is asked for. Null: it died before it could answer. */
	async ask<Answer>(place: Place, work: (object: OneAgent) => Promise<Answer>): Promise<Answer | null> {
		const { object, dead } = place;
		const answer = await Promise.race([work(object), dead]);
		this.#seeAgent(place);
		return answer;
	}

	/** The same where the answer is not waited for; who asks does not learn whether it was heard. */
	background<Answer>(work: Promise<Answer>): Promise<Answer> {
		const quiet = work.then(
			() => {},
			() => {},
		);
		this.#pending.add(quiet);
		void quiet.finally(() => this.#pending.delete(quiet));
		return work;
	}

	/** Waits until nobody does anything any more. */
	async quiet(): Promise<void> {
		do {
			await Promise.all(this.#pending);
			await new Promise((resolve) => setTimeout(resolve, 0));
		} while (this.#pending.size > 0);
	}

	evict(place: Place): void {
		place.die();
	}

	evictTenant(): void {
		this.tenant = new OneTenant(this.#context, this);
	}

	async setTenantLimits(limits: TenantLimits, timeZone: string | null): Promise<void> {
		await this.tenant.setLimits(limits, timeZone);
		this.#seeTenant();
	}

	async setAgentLimits(place: Place, limits: BudgetLimits): Promise<void> {
		await this.ask(place, (object) => object.change(place.identity, { budget: { limits } }));
	}

	async setGrantLimits(place: Place, web: BudgetLimits, pay: Limits): Promise<void> {
		place.web = web;
		place.pay = pay;
		const policy = policyOf(web, pay, this.otherThan(place).agentId);
		await this.ask(place, (object) => object.change(place.identity, { policy }));
	}

	async ringTenant(): Promise<void> {
		await this.tenant.alarm();
		this.#seeTenant();
	}

	async ring(place: Place): Promise<void> {
		await this.ask(place, (object) => object.alarm());
	}

	/** A message that was sent before is heard once more. */
	async repeat(which: number): Promise<void> {
		const letter = this.post.sent[which % Math.max(1, this.post.sent.length)];
		switch (letter?.kind) {
			case "lease":
				await this.#leased(letter.ask);
				return;
			case "report":
				await this.#reported(letter.holder, letter.reports);
				return;
			case "acks":
				await this.#acked(letter.holder, letter.acks);
				return;
			case "back":
				await this.#given(letter.holder, letter.n);
				return;
			case undefined:
				return;
		}
	}

	async askBack(holder: string, n: number): Promise<readonly SliceReport[] | null> {
		return this.post.carry({ kind: "back", holder, n }, () => this.#given(holder, n), null);
	}

	async tellAcks(holder: string, acks: readonly SliceAck[]): Promise<void> {
		await this.post.carry({ kind: "acks", holder, acks }, () => this.#acked(holder, acks), null);
	}

	/** What holds after every step. */
	expectSound(): void {
		const tenant = this.#seeTenant();
		const agents = this.#agents();
		for (const { seen } of agents) expectAgentSound(seen, this.#bounds);
		if (tenant !== null) expectTogetherSound(tenant, agents, this.#truth);
	}

	/** What holds once every run has ended and everything was told. @param isAll whether every slice has been closed */
	expectQuiet(isAll: boolean): void {
		const tenant = this.#seeTenant();
		if (tenant === null) return;
		expectQuiet(tenant, this.#agents());
		if (isAll) expectAllTold(tenant, this.#agents());
	}

	seen(place: Place): SeenAgent {
		return lookAtAgent(new ObjectState(place.context.storage, this.#env().TENANTS), LIMITED_GRANTS, this.nowMs) ?? fail("an agent is born");
	}

	#agents(): { seen: SeenAgent; holder: string }[] {
		return this.places.map((place) => ({ seen: this.#seeAgent(place), holder: place.holder }));
	}

	#seeAgent(place: Place): SeenAgent {
		const seen = this.seen(place);
		expectRemembered(place.object.inside, seen, this.nowMs);
		this.#truth.seeAgent(seen, place.holder);
		return seen;
	}

	#seeTenant(): SeenTenant | null {
		const seen = lookAtTenant(this.#context.storage.sql);
		if (seen === null) return null;
		this.#truth.seeTenant(seen);
		expectTenantSound(seen, this.#bounds);
		return seen;
	}

	async #leased(ask: LeaseAsk) {
		const answer = await this.tenant.lease(structuredClone(ask));
		this.#seeTenant();
		return answer;
	}

	async #reported(holder: string, reports: readonly SliceReport[]) {
		const acks = await this.tenant.report(holder, structuredClone(reports));
		this.#seeTenant();
		return acks;
	}

	async #given(holder: string, n: number) {
		const place = this.#holding(holder);
		const reports = await place.object.giveBackSlice(holder, n);
		this.#seeAgent(place);
		return reports;
	}

	async #acked(holder: string, acks: readonly SliceAck[]): Promise<void> {
		const place = this.#holding(holder);
		this.#seeAgent(place);
		await place.object.takeSliceAcks(holder, structuredClone(acks));
	}

	#holding(holder: string): Place {
		return this.places.find((place) => holder === place.holder || holder === `${place.holder}/now`) ?? fail(`nobody is ${holder}`);
	}

	#makePlace(context: DurableObjectState, agentId: string): Place {
		const identity = { tenantId: this.tenantId, agentId };
		const holder = `${this.tenantId}/${locatorOf(agentId)}`;
		const place: Place = Object.assign(Object.create(null), { agentId, identity, holder, context, web: {}, pay: {} });
		this.#live(place);
		return place;
	}

	/** A life of an agent's object: until it is evicted. */
	#live(place: Place): void {
		let end: (nothing: null) => void = () => {};
		const dead = new Promise<null>((resolve) => {
			end = resolve;
		});
		const die = (): void => {
			this.#live(place);
			end(null);
		};
		const isAlive = (): boolean => place.object === object;
		const object: OneAgent = new OneAgent(
			place.context,
			this.#env(place, isAlive),
			isAlive,
			(work) => void this.background(Promise.race([work, dead])),
		);
		Object.assign(place, { object, die, dead });
	}

	/** The bindings of an agent's object: its tenant and other agents by the post. What comes for one that has died comes to nobody. */
	#env(place?: Place, isAlive: () => boolean = () => true): Env {
		const sendersLife = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
			const outcome = await answer.then(
				(given) => () => given,
				(error: unknown) => () => {
					throw error;
				},
			);
			return isAlive() ? outcome() : new Promise<never>(() => {});
		};
		const die = (): void => {
			if (isAlive()) place?.die();
		};
		const tenant = {
			lease: (ask: LeaseAsk) => {
				if (place !== undefined) this.#seeAgent(place);
				return sendersLife(this.post.carry({ kind: "lease", ask }, () => this.#leased(ask), die));
			},
			report: (holder: string, reports: readonly SliceReport[]) => {
				if (place !== undefined) this.#seeAgent(place);
				return sendersLife(this.post.carry({ kind: "report", holder, reports }, () => this.#reported(holder, reports), die));
			},
		};
		const kin = (other: Place) => ({
			childEnded: (report: ChildReport) =>
				sendersLife(this.post.carry(null, () => this.ask(other, (object) => object.childEnded(report)), die)),
			endChild: (identity: Place["identity"], runId: string) =>
				sendersLife(this.post.carry(null, () => this.ask(other, (object) => object.endChild(identity, runId)), die)),
		});
		const own = {
			TENANTS: { idFromName: (name: string) => env.TENANTS.idFromName(name), get: () => tenant },
			AGENTS: {
				idFromName: (name: string) => env.AGENTS.idFromName(name),
				get: (id: DurableObjectId) => kin(this.places.find(({ holder }) => holder === id.name) ?? fail(`nobody is ${id.name}`)),
			},
			EXECUTOR: "none",
		};
		return Object.assign(Object.create(null), own);
	}

	/** Everybody comes back and tells, for days. */
	async settleDown(): Promise<void> {
		this.post.fates.length = 0;
		this.tenantSkewMs = 0;
		for (let day = 0; day < 4; day += 1) {
			this.nowMs += 26 * 3_600_000;
			await this.ringAll();
			this.nowMs += LIMITS.sliceReportMs;
			await this.ringAll();
		}
	}

	async ringAll(): Promise<void> {
		for (const place of this.places) await this.ring(place);
		await this.ringTenant();
		await this.quiet();
	}
}
