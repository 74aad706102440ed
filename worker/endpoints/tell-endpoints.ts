import type { ToldEvent } from "../../contract/events.ts";
import { locatorOf } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { EndpointPort, Env } from "../env.ts";
import { startDeadline } from "../verbs/http-fetch/deadline.ts";
import { type Wanted, wantedBy } from "./known-endpoints.ts";

/** An endpoint's object. It is named by tenant and locator, so that no id of another tenant leads to it. */
export const endpointObject = (env: Pick<Env, "ENDPOINTS">, tenantId: string, endpointId: string): EndpointPort =>
	env.ENDPOINTS.get(env.ENDPOINTS.idFromName(`${tenantId}/${locatorOf(endpointId)}`));

/** Events, by their ids, that an endpoint's object did not take, as far as anybody knows. */
export interface Untaken {
	readonly endpointId: string;
	readonly eventIds: readonly string[];
}

/**
 * Tells a tenant's endpoints of events: each active one that wants an event has a delivery of it from then on. The same again changes nothing. None waits for
 * another, and for one that does not answer nobody waits longer than LIMITS.eventsTellingMs.
 * @param only the endpoint that is told; null: every one
 * @returns what is to be told again, to those alone @throws when it cannot be read which endpoints there are
 */
export const tellEach = async (
	env: Pick<Env, "DB" | "ENDPOINTS">,
	tenantId: string,
	told: readonly ToldEvent[],
	only: string | null,
): Promise<Untaken[]> => {
	if (told.length === 0) return [];
	const endpoints = (await wantedBy(env, tenantId)).filter(({ id }) => only === null || id === only);
	const deadline = startDeadline(LIMITS.eventsTellingMs, new AbortController().signal);
	const untaken = await Promise.all(
		endpoints.map(async ({ id, events, payload }): Promise<Untaken[]> => {
			const wanted = told.filter(({ event }) => wants(events, event.type));
			if (wanted.length === 0) return [];
			const take = async (): Promise<void> => endpointObject(env, tenantId, id).take({ tenantId, endpointId: id }, payload, wanted);
			const taken = await deadline.race(take()).catch((error: unknown) => ({ kind: error instanceof Error ? error.name : "" }));
			if (taken.kind === "done") return [];
			console.error("Telling an endpoint: its object did not take it, and is told again.", taken.kind);
			return [{ endpointId: id, eventIds: wanted.map(({ event }) => event.id) }];
		}),
	);
	deadline.stop();
	return untaken.flat();
};

/** The same for who does not keep in mind what each did not take. @throws when any did not take all that it wants: then all are to be told again */
export const tellEndpoints = async (env: Pick<Env, "DB" | "ENDPOINTS">, tenantId: string, told: readonly ToldEvent[]): Promise<void> => {
	const untaken = await tellEach(env, tenantId, told, null);
	if (untaken.length > 0) throw new Error(`Telling endpoints: found ${untaken.length} that did not take it, wanted all to.`);
};

const wants = (events: Wanted["events"], type: ToldEvent["event"]["type"]): boolean => events.some((each) => each === "*" || each === type);
