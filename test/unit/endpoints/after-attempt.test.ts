import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { afterAttempt, disables, type Tried } from "../../../worker/endpoints/after-attempt.ts";
import type { DeliveryRow } from "../../../worker/endpoints/delivery-rows.ts";
import { NOT_SENT } from "../../../worker/endpoints/send-delivery.ts";

const LAST_MS = LIMITS.endpointFailingMs + LIMITS.deliveryTriesMs;
/** A delivery whose tries are all but over. */
const row: DeliveryRow = {
	...{ id: "dlv_1", eventId: "evt_1", type: "run.failed", status: "pending", revision: 9, body: "{}", hops: 0, dueAtMs: LAST_MS },
	...{ isUnderWay: true, firstAtMs: LIMITS.endpointFailingMs, tries: 20, attemptCount: 20, attempts: [], createdAtMs: 0, endedAtMs: null },
};
const tried = (outcome: Tried["outcome"]): Tried => ({ outcome, startedAtMs: LAST_MS, nowMs: LAST_MS });
const disabledBy = (last: Tried): string | null => disables(afterAttempt(row, last, 0.5), 0, last);

describe("a delivery that is given up", () => {
	test("disables an endpoint that has failed for five days, and not when its last attempt was not sent", () => {
		const failed = tried({ ...NOT_SENT, status: 500, error: "status" });
		expect([afterAttempt(row, failed, 0.5).status, disabledBy(failed)]).toEqual(["failed", "failing"]);
		const unsent = tried(NOT_SENT);
		expect([afterAttempt(row, unsent, 0.5).status, disabledBy(unsent)]).toEqual(["failed", null]);
	});
});
