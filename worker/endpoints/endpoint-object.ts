import type { Delivery, EndpointSettings } from "../../contract/endpoints.ts";
import type { ToldEvent } from "../../contract/events.ts";
import { locatorOf, newId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { wayOut } from "../egress/way-out.ts";
import { type Deadline, startDeadline } from "../verbs/http-fetch/deadline.ts";
import { afterAttempt, disables, failingAfter, madeAgain, type Tried, turnedAway } from "./after-attempt.ts";
import type { DeliveryRow, NewDelivery } from "./delivery-rows.ts";
import { describeDelivery } from "./describe-delivery.ts";
import { disabledEvent, disableInRegistry } from "./disable-endpoint.ts";
import type { EndpointIdentity } from "./endpoint-facts.ts";
import { EndpointHost } from "./endpoint-host.ts";
import { forgetEndpoint, knownEndpoint } from "./known-endpoints.ts";
import { newDelivery } from "./new-delivery.ts";
import { NOT_SENT, type Outcome, sendDelivery } from "./send-delivery.ts";
import { openSigningSecrets } from "./signing-secret.ts";
import { tellEndpoints } from "./tell-endpoints.ts";
import { testEvent } from "./test-event.ts";

/** Which deliveries are made again. */
export interface RedeliveredRange {
	readonly fromMs: number;
	readonly toMs: number;
	/** Those that succeeded too. */
	readonly all: boolean;
	/** Id of the last of the request before. */
	readonly after: string | null;
}

/** What came of an attempt, and which state of the endpoint it was made at; null: the endpoint is disabled or gone. */
type Made = { readonly outcome: Outcome; readonly readAtMs: number } | null;

/**
 * One endpoint: the truth of its deliveries, each an event on its way there. An attempt is noted before it is made and its outcome after, so that one which
 * dies in between is made again, with the same id and the same bytes. Callers are the Worker's own rooms.
 */
export class EndpointObject extends EndpointHost {
	/** Deliveries that are being tried, by this object as it lives now. */
	readonly #underWay = new Set<string>();
	#disabling: Promise<void> | null = null;

	/** Takes events for the endpoint; one that it has a delivery of already changes nothing. */
	async take(identity: EndpointIdentity, payload: EndpointSettings["payload"], told: readonly ToldEvent[]): Promise<void> {
		this.step(() => {
			this.facts.beOf(identity);
			const isFull = this.rows.isFull();
			for (const each of told) this.#takeOne(identity, newDelivery(each, payload), isFull);
		});
	}

	/** Takes an event that says no more than that it is one. @returns its delivery, when D1 has it too or could not be reached */
	async sendTest(identity: EndpointIdentity): Promise<Delivery> {
		const row = this.step(() => {
			this.facts.beOf(identity);
			const told = { event: testEvent(identity.endpointId, this.now()), result: null, hops: 0 };
			return this.#takeOne(identity, newDelivery(told, "thin"), this.rows.isFull());
		});
		if (row === null) throw new Error("Trying an endpoint: found a delivery of an event that is new, wanted none.");
		await this.sendAll();
		return describeDelivery(identity.endpointId, row);
	}

	/** A delivery as it is now; null: it is not here, or not any more. */
	async describe(identity: EndpointIdentity, id: string): Promise<Delivery | null> {
		const row = this.rows.get(id);
		return row === null ? null : describeDelivery(identity.endpointId, row);
	}

	/** Makes a delivery again, now; null: it is not here, or not any more. */
	async redeliver(identity: EndpointIdentity, id: string): Promise<Delivery | null> {
		return this.step(() => {
			const row = this.rows.get(id);
			if (row === null) return null;
			this.rows.put(id, madeAgain(row, this.now()));
			const again = this.rows.get(id);
			return again === null ? null : describeDelivery(identity.endpointId, again);
		});
	}

	/** Makes LIMITS.redeliveredAtOnce deliveries that are over again. @returns their ids; one more than those at the end: there are more */
	async redeliverRange(range: RedeliveredRange): Promise<string[]> {
		return this.step(() => {
			const ids = this.rows.ended(range, LIMITS.redeliveredAtOnce + 1);
			for (const id of ids.slice(0, LIMITS.redeliveredAtOnce)) {
				const row = this.rows.get(id);
				if (row !== null) this.rows.put(id, madeAgain(row, this.now()));
			}
			return ids;
		});
	}

	/** Cancels what waits, once the registry has the endpoint disabled or gone. Of very many the rest is cancelled as it is due. */
	async close(identity: EndpointIdentity): Promise<void> {
		this.step(() => {
			this.facts.beOf(identity);
			this.rows.cancel(this.now());
		});
	}

	/** Forgets for how long the endpoint has failed: it was enabled, or is another one now. */
	async reopen(identity: EndpointIdentity): Promise<void> {
		this.step(() => {
			this.facts.beOf(identity);
			this.facts.change({ failingSinceMs: null });
		});
	}

	/** What an attempt may take, milliseconds. */
	protected attemptMs(): number {
		return LIMITS.deliveryAttemptMs;
	}

	protected random(): number {
		return Math.random();
	}

	protected begin(): void {
		while (this.#underWay.size < LIMITS.deliveriesAtOnce) {
			const row = this.rows.nextDue(this.now(), this.#underWay);
			if (row === null) return;
			this.rows.begin(row.id, this.now() + LIMITS.deliveryGraceMs);
			this.#underWay.add(row.id);
			this.ctx.waitUntil(this.#attempt(row));
		}
	}

	protected async finishDisabling(): Promise<void> {
		this.#disabling ??= this.#disable().finally(() => {
			this.#disabling = null;
		});
		await this.#disabling;
	}

	/** @returns the new delivery; null: there was one */
	#takeOne({ endpointId }: EndpointIdentity, event: NewDelivery, isFull: boolean): DeliveryRow | null {
		const id = this.rows.add(locatorOf(endpointId), event, this.now());
		const row = id === null ? null : this.rows.get(id);
		if (row === null || !isFull) return row;
		this.rows.put(row.id, turnedAway(row, this.now()));
		return this.rows.get(row.id);
	}

	async #attempt(row: DeliveryRow): Promise<void> {
		const startedAtMs = this.now();
		const deadline = startDeadline(this.attemptMs(), new AbortController().signal);
		const made = await this.#make(row, deadline).catch((error: unknown) => {
			console.error("Trying a delivery: it could not be made ready; it is tried again.", error instanceof Error ? error.name : "");
			return { outcome: NOT_SENT, readAtMs: 0 };
		});
		deadline.stop();
		this.#underWay.delete(row.id);
		const isDecided = this.step(() => {
			if (made !== null) return this.#record(row.id, { outcome: made.outcome, startedAtMs, nowMs: this.now() }, made.readAtMs);
			this.rows.cancel(this.now());
			return false;
		});
		if (isDecided) await this.finishDisabling();
	}

	/** @throws when the registry or a secret cannot be read */
	async #make(row: DeliveryRow, deadline: Deadline): Promise<Made> {
		const ready = await deadline.race(this.#ready());
		if (ready.kind === "late") return { outcome: NOT_SENT, readAtMs: 0 };
		if (ready.value === null) return null;
		const { endpoint, secrets } = ready.value;
		const { eventId, body, hops } = row;
		const sending = { url: endpoint.settings.url, eventId, body, hops, secrets, nowMs: this.now() };
		return { outcome: await sendDelivery(sending, wayOut(this.env), deadline), readAtMs: endpoint.updatedAtMs };
	}

	async #ready() {
		const identity = this.facts.read()?.identity;
		if (identity === undefined) throw new Error("Trying a delivery: found no identity, wanted one since it was taken.");
		const { tenantId, endpointId } = identity;
		// What waits is cancelled for good where it is disabled: that is not decided on what is remembered of it.
		if ((await knownEndpoint(this.env, tenantId, endpointId))?.status !== "active") forgetEndpoint(tenantId, endpointId);
		const endpoint = await knownEndpoint(this.env, tenantId, endpointId);
		if (endpoint?.status !== "active") return null;
		return { endpoint, secrets: await openSigningSecrets(this.env, tenantId, endpoint, this.now()) };
	}

	/** @returns whether the endpoint is to be disabled */
	#record(id: string, tried: Tried, readAtMs: number): boolean {
		const [row, facts] = [this.rows.get(id), this.facts.read()];
		if (row === null || facts === null) return false;
		// What is noted of attempts must not grow an object that is full: deliveries that wait are tried for a day.
		const outcome = this.rows.isTooLarge() ? { ...tried.outcome, body: "" } : tried.outcome;
		const progress = afterAttempt(row, { ...tried, outcome }, this.random());
		this.rows.put(id, progress);
		const failingSinceMs = failingAfter(facts.failingSinceMs, tried);
		const reason = facts.disabling === null ? disables(progress, failingSinceMs, tried) : null;
		const { nowMs } = tried;
		const disabling =
			reason === null ? facts.disabling : { eventId: newId("evt", nowMs), reason, atMs: nowMs, failingSinceMs, readAtMs, hops: row.hops };
		this.facts.change({ failingSinceMs, disabling });
		return reason !== null;
	}

	async #disable(): Promise<void> {
		const facts = this.facts.read();
		if (facts === null || facts.disabling === null) return;
		const { identity, disabling } = facts;
		try {
			const { isDisabled, isTold } = await disableInRegistry(this.env.DB, identity, disabling);
			forgetEndpoint(identity.tenantId, identity.endpointId);
			const event = disabledEvent(identity, disabling);
			if (isTold) await tellEndpoints(this.env, identity.tenantId, [{ event, result: null, hops: disabling.hops }]);
			this.step(() => {
				this.facts.change({ disabling: null });
				if (isDisabled) this.rows.cancel(this.now());
			});
		} catch (error) {
			console.error("Disabling an endpoint: it was not done; the alarm tries again.", error instanceof Error ? error.name : "");
		}
	}
}
