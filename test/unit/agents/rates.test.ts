import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { takeFromRate } from "../../../worker/agents/object/rate-rows.ts";
import { makeAgent, stubOf } from "./agent-under-test.ts";

const withSql = async (work: (sql: SqlStorage) => void): Promise<void> => {
	const agent = await makeAgent();
	await agent.object.run(agent.newRunId());
	await runInDurableObject(stubOf(agent), (_instance, { storage }) => work(storage.sql));
};

describe("calls of a grant in a minute", () => {
	it("are taken up to the limit, and past it the answer is how long the minute lasts", () =>
		withSql((sql) => {
			const take = (nowMs: number) => takeFromRate(sql, "web", 2, nowMs);
			expect([take(60_000), take(60_001), take(60_001), take(119_999)]).toEqual([null, null, 60, 1]);
			expect([take(120_000), take(120_000), take(120_000)]).toEqual([null, null, 60]);
		}));

	it("are counted for each grant, and a grant that is called no more leaves no row", () =>
		withSql((sql) => {
			expect([takeFromRate(sql, "a", 1, 0), takeFromRate(sql, "b", 1, 0), takeFromRate(sql, "a", 1, 0)]).toEqual([null, null, 60]);
			expect(takeFromRate(sql, "a", 1, 60_000)).toBeNull();
			expect(sql.exec("SELECT grant_name FROM rates").toArray()).toEqual([{ grant_name: "a" }]);
		}));
});
