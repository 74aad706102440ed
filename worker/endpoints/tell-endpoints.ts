import type { TenantEvent, ToldEvent } from "../../contract/events.ts";
import { locatorOf } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { EndpointPort, Env } from "../env.ts";
import { startDeadline } from "../verbs/http-fetch/deadline.ts";
import { type Wanted, wantedBy } from "./known-endpoints.ts";

/** An endpoint's object. It is named by tenant and locator, so that no id of another tenant leads to it. */
export const endpointObject = (env: Pick<Env, "ENDPOINTS">, tenantId: string, endpointId: string): EndpointPort =>
	env.ENDPOINTS.get(env.ENDPOINTS.idFromName(`${tenantId}/${locatorOf(endpointId)}`));

/** Events, by their ids, that an endpoint wants to be told; at least one. */
export interface Wanting {
	readonly endpointId: string;
	readonly eventIds: readonly string[];
}

/** Which of a tenant's active endpoints want which of some events. @throws when it cannot be read which endpoints there are */
export const wantingEvents = async (env: Pick<Env, "DB">, tenantId: string, events: readonly TenantEvent[]): Promise<Wanting[]> =>
	(await wantedBy(env, tenantId)).flatMap((endpoint) => {
		const eventIds = events.flatMap((event) => (wants(endpoint, event) ? [event.id] : []));
		return eventIds.length > 0 ? [{ endpointId: endpoint.id, eventIds }] : [];
	});

/**
 * Tells one endpoint of events: it has a delivery of each that it wants from then on. The same again changes nothing. Nobody waits for it longer than
 * LIMITS.eventsTellingMs.
 * @returns whether it took them, as far as anybody knows; one that is not there or not active (any more) wants none
 */
export const tellEndpoint = async (
	env: Pick<Env, "DB" | "ENDPOINTS">,
	tenantId: string,
	endpointId: string,
	told: readonly ToldEvent[],
): Promise<boolean> => {
	const take = async (): Promise<void> => {
		const endpoint = (await wantedBy(env, tenantId)).find(({ id }) => id === endpointId);
		const wanted = endpoint === undefined ? [] : told.filter(({ event }) => wants(endpoint, event));
		if (endpoint === undefined || wanted.length === 0) return;
		await endpointObject(env, tenantId, endpointId).take({ tenantId, endpointId }, endpoint.payload, wanted);
	};
	const deadline = startDeadline(LIMITS.eventsTellingMs, new AbortController().signal);
	const taken = await deadline.race(take()).catch((error: unknown) => ({ kind: error instanceof Error ? error.name : "" }));
	deadline.stop();
	if (taken.kind !== "done") console.error("Telling an endpoint: its object did not take it, and is told again.", taken.kind);
	return taken.kind === "done";
};

/** Tells a tenant's endpoints, for who does not keep in mind what each did not take. @throws when any did not take all that it wants: then all are to be told again */
export const tellEndpoints = async (env: Pick<Env, "DB" | "ENDPOINTS">, tenantId: string, told: readonly ToldEvent[]): Promise<void> => {
	const wanting = await wantingEvents(
		env,
		tenantId,
		told.map(({ event }) => event),
	);
	const taken = await Promise.all(wanting.map(({ endpointId }) => tellEndpoint(env, tenantId, endpointId, told)));
	const untaken = taken.filter((isTaken) => !isTaken).length;
	if (untaken > 0) throw new Error(`Telling endpoints: found ${untaken} that did not take it, wanted all to.`);
};

const wants = ({ events }: Wanted, { type }: TenantEvent): boolean => events.some((each) => each === "*" || each === type);
