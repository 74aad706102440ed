import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { StateRows } from "../../../worker/agents/object/state-rows.ts";
import { type AgentUnderTest, call as callOn, makeAgent, stubOf } from "./agent-under-test.ts";

/** Runs something with the rows of an agent of its own. */
const withRows = async (work: (rows: (nowMs: number) => StateRows, sql: SqlStorage) => void): Promise<void> => {
	const agent = await makeAgent();
	await agent.object.run(agent.newRunId());
	await runInDurableObject(stubOf(agent), (_instance, { storage }) => work((nowMs) => new StateRows(storage.sql, nowMs), storage.sql));
};

describe("the agent's memory", () => {
	it("gives each write a higher version, also of a key that was deleted and made again", () =>
		withRows((rows) => {
			expect(rows(0).write("a", "1", null)).toEqual({ kind: "written", version: 1 });
			expect(rows(0).write("b", "2", null)).toEqual({ kind: "written", version: 2 });
			expect(rows(0).write("a", "3", 50)).toEqual({ kind: "written", version: 3 });
			expect(rows(0).read("a")).toEqual({ value: "3", version: 3, expiresAtMs: 50 });
			expect([rows(0).delete("a"), rows(0).delete("a"), rows(0).read("a")]).toEqual([true, false, null]);
			expect(rows(0).write("a", "4", null)).toEqual({ kind: "written", version: 4 });
		}));

	it("has nothing of an entry from the millisecond its time is over, and takes its room back", () =>
		withRows((rows, sql) => {
			rows(0).write("a", "1", 100);
			expect(rows(99).read("a")?.value).toBe("1");
			expect([rows(100).read("a"), rows(100).list("", "", 10), rows(100).delete("a")]).toEqual([null, [], false]);
			rows(0).write("a", "1", 100);
			rows(100).write("b", "1", null);
			expect(sql.exec("SELECT count(*) AS count FROM state").one()["count"]).toBe(1);
		}));

	it("lists in the order of UTF-8 bytes, from after a key to the end of a prefix, by the index alone", () =>
		withRows((rows, sql) => {
			const keys = ["a", "a\u0001", "a\u0001z", "a/", "aé", "a\uffee", "a😀", "a\u{10ffff}", "a\u{10ffff}b", "b", "é", "😀"];
			for (const key of keys.toReversed()) rows(0).write(key, "1", null);
			const listed = (prefix: string, after: string, most = 100) =>
				rows(0)
					.list(prefix, after, most)
					.map(({ key }) => key);
			expect(listed("", "")).toEqual(keys);
			expect(listed("a", "")).toEqual(keys.slice(0, 9));
			expect(listed("a😀", "")).toEqual(["a😀"]);
			expect(listed("a\u{10ffff}", "")).toEqual(["a\u{10ffff}", "a\u{10ffff}b"]);
			expect(listed("😀", "")).toEqual(["😀"]);
			expect(listed("a", "aé", 2)).toEqual(["a\uffee", "a😀"]);
			expect(listed("a", "c")).toEqual([]);
			expect(listed("b", "a")).toEqual(["b"]);
			const plan = sql
				.exec("EXPLAIN QUERY PLAN SELECT key FROM state WHERE key > 'a' AND key >= 'a' AND substr(key, 1, 1) = 'a' ORDER BY key LIMIT 1")
				.toArray();
			expect(JSON.stringify(plan)).toContain("SEARCH state USING PRIMARY KEY");
			expect(JSON.stringify(plan)).not.toContain("TEMP B-TREE");
		}));

	it("holds as many entries as it may and not one more, and a refused write changes nothing", () =>
		withRows((rows) => {
			for (let at = 0; at < LIMITS.stateEntries; at += 1) rows(0).write(`k${at}`, "1", at === 0 ? 10 : null);
			expect(rows(0).write("one more", "1", null)).toEqual({ kind: "quota" });
			expect(rows(0).read("one more")).toBeNull();
			expect(rows(0).write("k5", "2", null).kind).toBe("written");
			expect(rows(10).write("one more", "1", null).kind).toBe("written");
			expect(rows(10).list("", "", 2_000)).toHaveLength(LIMITS.stateEntries);
		}));

	it("holds as many bytes as it may and not one more", () =>
		withRows((rows) => {
			const value = "é".repeat(LIMITS.stateValueBytes / 2);
			for (let at = 0; at < 15; at += 1) expect(rows(0).write(`k${String(at).padStart(2, "0")}`, value, null).kind).toBe("written");
			const left = LIMITS.stateTotalBytes - 15 * (LIMITS.stateValueBytes + 3) - 1;
			expect(rows(0).write("z", "x".repeat(left + 1), null)).toEqual({ kind: "quota" });
			expect(rows(0).write("z", "x".repeat(left), null).kind).toBe("written");
			expect(rows(0).write("y", "", null)).toEqual({ kind: "quota" });
		}));
});

const STATE = { grants: { memory: { verb: "state" } } };
const Entry = z.object({ value: z.int(), version: z.int() }).nullable();

describe("an agent's state", () => {
	/** Calls a grant of a live run. */
	const callOf =
		(agent: AgentUnderTest, runId: string) =>
		async (method: string, ...args: unknown[]) =>
			callOn(agent, { runId, grant: "memory", method, args });

	it("loses no step of runs that count it up at once, each by compare-and-set", async () => {
		const agent = await makeAgent(STATE);
		const countUp = async (): Promise<number> => {
			const command = agent.command();
			await agent.object.admit(agent.entry, command);
			const call = callOf(agent, command.runId);
			for (let tries = 1; ; tries += 1) {
				const read = await call("getEntry", "count");
				if (read.kind !== "done") throw new Error(`reading: ${JSON.stringify(read)}`);
				const entry = Entry.parse(read.value);
				const put = await call("put", "count", (entry?.value ?? 0) + 1, { ifVersion: entry?.version ?? null });
				if (put.kind === "done") return tries;
				expect(put).toMatchObject({ kind: "error", code: "conflict" });
			}
		};
		const tries = await Promise.all(Array.from({ length: 20 }, countUp));
		expect(Math.max(...tries)).toBeGreaterThan(1);
		const command = agent.command();
		await agent.object.admit(agent.entry, command);
		expect(await callOf(agent, command.runId)("get", "count")).toEqual({ kind: "done", value: 20 });
	});

	it("outlives its runs and its object's process, and gives the run that reads it both labels", async () => {
		const agent = await makeAgent(STATE);
		const first = agent.command();
		await agent.object.admit(agent.entry, first);
		await callOf(agent, first.runId)("put", "seen", { ids: [1, 2] });
		await agent.object.cancel(first.runId, "enough");
		await evictDurableObject(stubOf(agent));
		const second = agent.command();
		await agent.object.admit(agent.entry, second);
		expect((await agent.object.run(second.runId))?.labels).toEqual([]);
		expect(await callOf(agent, second.runId)("get", "seen")).toEqual({ kind: "done", value: { ids: [1, 2] } });
		expect((await agent.object.run(second.runId))?.labels).toEqual(["private", "untrusted"]);
		expect(await callOf(agent, first.runId)("put", "seen", 1)).toMatchObject({ kind: "error", code: "run_ended" });
		const calls = (await agent.object.calls(first.runId, 0, 10)) ?? [];
		const args = decodeValue(calls[0]?.args ?? "");
		expect(args.kind === "decoded" && args.value).toEqual(["seen", { ids: [1, 2] }]);
	});

	it("is the agent's alone", async () => {
		const [one, other] = [await makeAgent(STATE), await makeAgent(STATE)];
		for (const agent of [one, other]) {
			const command = agent.command();
			await agent.object.admit(agent.entry, command);
			expect(await callOf(agent, command.runId)("get", "mine")).toEqual({ kind: "done", value: null });
			await callOf(agent, command.runId)("put", "mine", 1);
		}
	});
});
