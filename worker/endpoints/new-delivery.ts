import type { EndpointSettings } from "../../contract/endpoints.ts";
import type { NewDelivery } from "./delivery-rows.ts";
import { eventBody, type Told } from "./event-body.ts";

/** The delivery that an event becomes. */
export const newDelivery = (told: Told, payload: EndpointSettings["payload"]): NewDelivery => ({
	eventId: told.event.id,
	type: told.event.type,
	body: eventBody(told, payload),
	hops: told.hops,
});
