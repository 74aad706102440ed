import type { TestEvent } from "../../contract/events.ts";
import { newId } from "../../contract/ids.ts";

/** A new event that tells of nothing: with it somebody sees whether an endpoint takes deliveries, and verifies them. */
export const testEvent = (endpointId: string, nowMs: number): TestEvent => ({
	id: newId("evt", nowMs),
	type: "endpoint.test",
	atMs: nowMs,
	agent: null,
	run: null,
	data: { endpoint: endpointId },
});
