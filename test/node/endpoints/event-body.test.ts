import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { RunEventData, ToldEvent } from "../../../contract/events.ts";
import { newId, newRoutedId } from "../../../contract/ids.ts";
import { eventBody } from "../../../worker/endpoints/event-body.ts";

const data: RunEventData = {
	...{ status: "succeeded", errorCode: null, createdAtMs: 1, startedAtMs: 2, endedAtMs: 3, programDigest: "d", programVersion: 4 },
	...{
		trigger: null,
		schedule: null,
		parent: null,
		mode: "live",
		labels: ["untrusted"],
		metadata: { a: "<b>" },
		sequence: 7,
		approval: null,
	},
	usage: { calls: 0, cpuMs: 0, wallMs: 0, tokens: 0, egressBytes: 0, usdMicros: 0 },
};
const told = (type: "run.succeeded" | "run.failed", result: string | null): ToldEvent => ({
	event: {
		id: newId("evt"),
		type,
		atMs: 1_700_000_000_123,
		agent: newId("agt"),
		run: newRoutedId("run", "0".repeat(16)),
		data,
	},
	result,
	hops: 0,
});
const Body = z.object({ data: z.record(z.string(), z.unknown()) });
const dataOf = (event: ToldEvent, payload: "thin" | "full"): Record<string, unknown> =>
	Body.parse(JSON.parse(eventBody(event, payload))).data;

describe("the body of a delivery", () => {
	test("says what happened, when, to whom, and how a run stands", () => {
		const event = told("run.succeeded", null);
		expect(JSON.parse(eventBody(event, "thin"))).toEqual({
			type: "run.succeeded",
			timestamp: "2023-11-14T22:13:20.123Z",
			data: { ...event.event.data, id: event.event.id, agent: event.event.agent, run: event.event.run },
		});
		expect(dataOf(event, "thin")["sequence"]).toBe(7);
	});

	test("holds a result only where it is full, and says where it had to leave it out", () => {
		expect(dataOf(told("run.succeeded", '{"a":[1,{"$date":5}]}'), "full")["result"]).toEqual({ a: [1, { $date: 5 }] });
		expect(dataOf(told("run.succeeded", "null"), "full")).toMatchObject({ result: null });
		expect(dataOf(told("run.succeeded", '{"a":1}'), "thin")).not.toHaveProperty("result");
		expect(dataOf(told("run.succeeded", null), "full")).toMatchObject({ resultOmitted: true });
		expect(dataOf(told("run.succeeded", null), "thin")).not.toHaveProperty("resultOmitted");
		for (const payload of ["thin", "full"] as const) {
			expect(dataOf(told("run.failed", null), payload)).not.toHaveProperty("resultOmitted");
			expect(dataOf(told("run.failed", '"x"'), payload)).not.toHaveProperty("result");
		}
	});

	test("is there even if a result cannot be read", () => {
		expect(dataOf(told("run.succeeded", "{"), "full")).toMatchObject({ resultOmitted: true });
	});
});
