import type { ToldEvent } from "../../contract/events.ts";
import { locatorOf } from "../../contract/ids.ts";
import type { EndpointPort, Env } from "../env.ts";
import { type Wanted, wantedBy } from "./known-endpoints.ts";

/** An endpoint's object. It is named by tenant and locator, so that no id of another tenant leads to it. */
export const endpointObject = (env: Pick<Env, "ENDPOINTS">, tenantId: string, endpointId: string): EndpointPort =>
	env.ENDPOINTS.get(env.ENDPOINTS.idFromName(`${tenantId}/${locatorOf(endpointId)}`));

/**
 * Tells a tenant's endpoints of events: each active one that wants an event has a delivery of it from then on. The same again changes nothing.
 * @throws when any of them did not take all that it wants: then all are to be told again
 */
export const tellEndpoints = async (env: Pick<Env, "DB" | "ENDPOINTS">, tenantId: string, told: readonly ToldEvent[]): Promise<void> => {
	if (told.length === 0) return;
	const endpoints = await wantedBy(env, tenantId);
	const tellings = await Promise.allSettled(
		endpoints.map(async ({ id, events, payload }) => {
			const wanted = told.filter(({ event }) => wants(events, event.type));
			if (wanted.length > 0) await endpointObject(env, tenantId, id).take({ tenantId, endpointId: id }, payload, wanted);
		}),
	);
	const failed = tellings.filter(({ status }) => status === "rejected").length;
	if (failed > 0) throw new Error(`Telling endpoints: found ${failed} of ${endpoints.length} that did not take it, wanted all.`);
};

const wants = (events: Wanted["events"], type: ToldEvent["event"]["type"]): boolean => events.some((each) => each === "*" || each === type);
