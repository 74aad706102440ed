import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TenantEvent } from "../../contract/events.ts";
import { sharePlatform } from "./share-platform.ts";
import { allPages, makeAgent, type Platform, pollUntil } from "./start-platform.ts";

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
});
afterAll(() => platform.stop());

const GRANTS = { memory: { verb: "state" }, budget: { verb: "budget.read" } };
const SPEND = `export default async ({ calls }, { memory, budget }) => {
	const read = await budget.remaining();
	for (let call = 1; call < calls; call += 1) await memory.get("k");
	return read;
}`;

describe("a budget that is used up", () => {
	test("is told of at 50, 80 and 100 % once each, to its own tenant, and the program sees what is left", async () => {
		const other = await platform.tenant("other-of-events");
		const agent = await makeAgent(platform.api, {
			name: "spender",
			policy: { grants: GRANTS },
			budget: { limits: { day: { calls: 10 }, run: { calls: 8 } } },
		});
		const told = () => allPages(platform.api, `/v1/events?type=budget.threshold&agent=${agent.id}`, TenantEvent, 2);
		const first = await platform.api.run({ agent: "spender", program: SPEND, input: { calls: 6 } });
		expect(first.error).toBeNull();
		expect(first.result).toMatchObject({
			left: { calls: 7 },
			levels: { run: { calls: 7 }, agent: { day: { left: { calls: 9 } } }, grants: {} },
		});
		const second = await platform.api.run({ agent: "spender", program: SPEND, input: { calls: 4 } });
		expect(second.result).toMatchObject({ left: { calls: 3 }, levels: { run: { calls: 7 } } });
		const third = await platform.api.run({ agent: "spender", program: SPEND, input: { calls: 1 } });
		expect(third).toMatchObject({ status: "budget_exceeded" });
		const events = await pollUntil(told, ({ length }) => length >= 3);
		const data = { level: "agent", grant: null, window: "day", dimension: "calls", limit: 10 };
		const wanted = [
			{ percent: 100, settled: 10 },
			{ percent: 80, settled: 8 },
			{ percent: 50, settled: 5 },
		];
		expect(events).toHaveLength(3);
		for (const [index, figures] of wanted.entries())
			expect(events[index]).toMatchObject({ agent: agent.id, run: null, data: { ...data, ...figures } });
		const others = await other.api.request("GET", `/v1/events?agent=${agent.id}`);
		expect(others.body).toEqual({ data: [], nextCursor: null });
	});

	test("cannot be read by a program without the grant, nor by a run that was given fewer", async () => {
		await makeAgent(platform.api, { name: "blind", policy: { grants: GRANTS } });
		const program = "export default async (input, env) => Object.keys(env)";
		expect((await platform.api.run({ agent: "blind", program, grants: ["memory"] })).result).toEqual(["memory"]);
		expect((await platform.api.run({ agent: "blind", program })).result).toEqual(expect.arrayContaining(["budget", "memory"]));
	});
});
