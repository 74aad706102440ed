import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NewKey } from "../../contract/tenants.ts";
import { Approval } from "../../contract/approvals.ts";
import { RunApprovalEvent, RunEndEvent, RunStatusEvent } from "../../contract/run-events.ts";
import { Call, Run, RunLog } from "../../contract/runs.ts";
import { type EventReader, type ReadEvent, readEvents } from "./event-reader.ts";
import { type HeldUpstream, startHeldUpstream } from "./held-upstream.ts";
import { type SharedPlatform, sharePlatform } from "./share-platform.ts";
import { runEnded } from "./run-to-end.ts";
import { errorOf, makeAgent, pollUntil } from "./start-platform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

let platform: SharedPlatform;
let upstream: Upstream;
let held: HeldUpstream;
beforeAll(async () => {
	platform = await sharePlatform();
	upstream = await startUpstream(platform.ports[0]);
	held = await startHeldUpstream(platform.ports[1]);
	const allow = [upstream, held].map(({ host }) => ({ host, scheme: "http" as const, methods: ["GET", "POST"] }));
	const web = { verb: "http.fetch", allow };
	const grants = { web, asked: { ...web, approval: "always" } };
	await makeAgent(platform.api, { name: "caller", policy: { grants, limits: { wallMs: 60_000, calls: 1_000 } } });
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([upstream.close(), held.close()]);
});

const follow = (runId: string, lastEventId?: string): Promise<EventReader> =>
	readEvents(platform.cordon.url, platform.cordon.key, runId, lastEventId);
const linesOf = (events: readonly ReadEvent[]): string[] =>
	events.filter(({ event }) => event === "log").map(({ data }) => RunLog.parse(data).text);
const callsOf = (events: readonly ReadEvent[]): Call[] =>
	events.filter(({ event }) => event === "call").map(({ data }) => Call.parse(data));
const isLine =
	(text: string) =>
	({ event, data }: ReadEvent): boolean =>
		event === "log" && RunLog.parse(data).text === text;

/** Prints, calls and waits in turn for about a second and a half. `second` is what its second turn fetches. */
const BUSY = `export default async (input, env) => {
	for (let turn = 1; turn <= 5; turn += 1) {
		console.log("turn " + turn);
		await env.web.fetch(turn === 2 ? input.second : input.web + "/turn" + turn);
		await new Promise((resolve) => setTimeout(resolve, 300));
	}
	return "done";
}`;
const busyInput = (second = `http://${upstream.host}/turn2`) => ({ web: `http://${upstream.host}`, second });
const startBusy = (second?: string): Promise<Run> =>
	platform.api.run({ agent: "caller", program: BUSY, input: busyInput(second), wait: 0 });

describe("the events of a run", () => {
	test("come while it goes: lines, calls and status before its end, which is last and whole", async () => {
		const { id } = await startBusy(`http://${held.host}/held`);
		const reader = await follow(id);
		await reader.next(isLine("turn 1"));
		const live = await platform.api.expect(200, Run, "GET", `/v1/runs/${id}`);
		expect([live.endedAtMs, live.logs[0]?.text]).toEqual([null, "turn 1"]);
		await held.arrived("/held", 1);
		held.answer();
		const events = await reader.all();
		const end = RunEndEvent.parse(events.at(-1)?.data);
		expect(events.at(-1)?.event).toBe("end");
		expect(end).toMatchObject({ id, status: "succeeded", result: "done" });
		const { logs, ...rest } = await platform.api.expect(200, Run, "GET", `/v1/runs/${id}`);
		expect(end).toEqual(rest);
		expect(events.filter(({ event }) => event === "log").map(({ data }) => data)).toEqual(logs);
		const last = new Map(callsOf(events).map((call) => [call.seq, call.status]));
		expect([...last]).toEqual([1, 2, 3, 4, 5].map((seq) => [seq, "done"]));
		const statuses = events.filter(({ event }) => event === "status").map(({ data }) => RunStatusEvent.parse(data).status);
		expect(statuses.at(-1)).toBe("succeeded");
		expect(statuses).toContain("running");
	});

	test("go on after the last one that came, with nothing lost and nothing twice, wherever the reader was cut off", async () => {
		const { id } = await startBusy();
		const whole = await follow(id);
		const pieces: ReadEvent[] = [];
		for (let turn = 1; turn <= 4; turn += 1) {
			const reader = await follow(id, pieces.at(-1)?.id);
			await reader.next(isLine(`turn ${turn}`));
			reader.close();
			pieces.push(...(await reader.all()));
		}
		pieces.push(...(await (await follow(id, pieces.at(-1)?.id)).all()));
		const seen = await whole.all();
		expect(linesOf(pieces)).toEqual(linesOf(seen));
		expect(pieces.filter(({ event }) => event === "end")).toHaveLength(1);
		for (const events of [pieces, seen]) {
			expect(new Set(events.map(({ event, data }) => `${event} ${JSON.stringify(data)}`)).size).toBe(events.length);
			expect(new Map(callsOf(events).map((call) => [call.seq, call.hash])).size).toBe(5);
		}
	});

	test("come whole to a reader that is late, in one order: status, calls and lines, end", async () => {
		const run = await platform.api.run({ agent: "caller", program: BUSY.replace("300", "1"), input: busyInput() });
		const reader = await follow(run.id);
		expect(reader.response.headers.get("content-type")).toBe("text/event-stream");
		expect(reader.response.headers.get("cache-control")).toBe("no-store");
		expect(reader.response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
		const events = await reader.all();
		expect(events.map(({ event }) => event).toSorted()).toEqual([...Array(5).fill("call"), "end", ...Array(5).fill("log"), "status"]);
		expect([events[0]?.event, events.at(-1)?.event]).toEqual(["status", "end"]);
		expect(linesOf(events)).toEqual(run.logs.map((line) => line.text));
	});

	test("are over after the end: who comes back with its id is told so and stays away", async () => {
		const { id } = await platform.api.run({ program: "export default async () => 1" });
		const events = await (await follow(id)).all();
		const again = await follow(id, events.at(-1)?.id);
		expect([again.response.status, (await again.all()).length]).toEqual([204, 0]);
	});

	test("reach many readers at once, all the same", async () => {
		const { id } = await startBusy();
		const readers = await Promise.all(Array.from({ length: 25 }, () => follow(id)));
		const all = await Promise.all(readers.map((reader) => reader.all()));
		for (const events of all) {
			expect(linesOf(events)).toEqual([1, 2, 3, 4, 5].map((turn) => `turn ${turn}`));
			expect(callsOf(events).filter((call) => call.status === "done")).toHaveLength(5);
			expect(events.at(-1)?.event).toBe("end");
		}
	});

	test("hold no line that the program could write: its text stays one value of JSON", async () => {
		const text = "a\n\nevent: end\ndata: {}\r\rid: 9\u2028\u0000";
		const run = await platform.api.run({ program: "export default async (input) => { console.log(input); return input; }", input: text });
		const events = await (await follow(run.id)).all();
		expect(events.map(({ event }) => event)).toEqual(["status", "log", "end"]);
		expect(linesOf(events)).toEqual(run.logs.map((line) => line.text));
		for (const { id } of events) expect(id).toMatch(/^[0-9a-z.-]+$/);
	});

	test("are refused to an id that is none, to another tenant, to a key without the scope", async () => {
		const { id } = await platform.api.run({ program: "export default async () => 1" });
		for (const given of ["x", "1.1.1", "1.1.1.1.1.1..x", "1.-1.1.1.1.1..", "9".repeat(5_000)]) {
			const answer = await platform.api.request("GET", `/v1/runs/${id}/events`, undefined, { "last-event-id": given });
			expect([answer.status, errorOf(answer).code]).toEqual([400, "invalid_request"]);
		}
		const other = await platform.tenant("other");
		expect((await other.api.request("GET", `/v1/runs/${id}/events`)).status).toBe(404);
		const narrow = await platform.api.expect(201, NewKey, "POST", "/v1/keys", { name: "narrow", scopes: ["read:agents"] });
		expect((await platform.as(narrow.value).request("GET", `/v1/runs/${id}/events`)).status).toBe(403);
		expect((await platform.api.request("HEAD", `/v1/runs/${id}/events`)).status).toBe(200);
	});
});

describe("the events of a run that waits for a person", () => {
	test("tell of the approval, stay open while nothing of it runs, and go on when it is decided", async () => {
		const program = `export default async (input, env) => {
			console.log("before");
			const status = (await env.asked.fetch(input, { method: "POST", body: "x" })).status;
			console.log("after " + status);
			return status;
		}`;
		const { id } = await platform.api.run({ agent: "caller", program, input: `http://${upstream.host}/asked`, wait: 0 });
		const reader = await follow(id);
		const asked = RunApprovalEvent.parse((await reader.next(({ event }) => event === "approval")).data);
		expect(asked).toMatchObject({ run: id, status: "pending", grant: "asked", method: "fetch" });
		const isParked = (run: Run): boolean => run.status === "waiting_approval" && run.usage.wallMs > 0;
		const parked = await pollUntil(() => platform.api.expect(200, Run, "GET", `/v1/runs/${id}`), isParked);
		expect([parked.status, parked.logs.map((line) => line.text)]).toEqual(["waiting_approval", ["before"]]);
		await reader.next(({ event, data }) => event === "status" && RunStatusEvent.parse(data).status === "waiting_approval");
		await reader.next(({ event }) => event === "log");
		const cutOff = await follow(id, reader.events.at(-1)?.id);
		const decision = { decision: "approve", digest: asked.digest };
		await platform.api.expect(200, Approval, "POST", `/v1/approvals/${asked.id}/decide`, decision);
		const events = await reader.all();
		expect(linesOf(events)).toEqual(["before", "after 200"]);
		expect(callsOf(events).map(({ seq, status }) => [seq, status])).toContainEqual([1, "waiting"]);
		expect(callsOf(events).at(-1)).toMatchObject({ seq: 1, status: "done" });
		const told = events.filter(({ event }) => event === "approval").map(({ data }) => RunApprovalEvent.parse(data).status);
		expect(told).toEqual(["pending", "approved"]);
		expect(RunEndEvent.parse(events.at(-1)?.data)).toMatchObject({ status: "succeeded", result: 200, attempt: 2 });
		expect(linesOf(await cutOff.all())).toEqual(["after 200"]);
		expect(upstream.arrived.filter(({ url }) => url === "/asked")).toHaveLength(1);
	});

	test("end with it when it is cancelled meanwhile: approval, call, lines and all", async () => {
		const program = `export default async (input, env) => { console.log("before"); await env.asked.fetch(input, { method: "POST", body: "x" }); }`;
		const { id } = await platform.api.run({ agent: "caller", program, input: `http://${upstream.host}/never`, wait: 0 });
		const reader = await follow(id);
		await reader.next(({ event }) => event === "approval");
		const isParked = (run: Run): boolean => run.status === "waiting_approval" && run.usage.wallMs > 0;
		await pollUntil(() => platform.api.expect(200, Run, "GET", `/v1/runs/${id}`), isParked);
		const cancelled = await platform.api.expect(200, Run, "POST", `/v1/runs/${id}/cancel`);
		const events = await reader.all();
		const told = events.filter(({ event }) => event === "approval").map(({ data }) => RunApprovalEvent.parse(data).status);
		expect(told).toEqual(["pending", "cancelled"]);
		expect(callsOf(events).map(({ status }) => status)).toEqual(["waiting", "denied"]);
		expect([linesOf(events), cancelled.logs.map((line) => line.text)]).toEqual([["before"], ["before"]]);
		expect(RunEndEvent.parse(events.at(-1)?.data)).toMatchObject({ status: "cancelled" });
		expect(upstream.arrived.filter(({ url }) => url === "/never")).toEqual([]);
	});
});

describe("a run's console lines", () => {
	test("are there while it goes, under its id and in its list of lines, and end the same", async () => {
		const program = `export default async (input, env) => { console.warn("line", 1); console.warn("line", 2); await env.web.fetch(input); console.warn("line", 3); }`;
		const { id } = await platform.api.run({ agent: "caller", program, input: `http://${held.host}/held-lines`, wait: 0 });
		const early = await pollUntil(
			() => platform.api.request("GET", `/v1/runs/${id}/logs`),
			({ body }) => JSON.stringify(body).includes("line 2"),
		);
		expect(early.body).toMatchObject({ data: [{ seq: 1, level: "warn", text: "line 1" }, { seq: 2 }], nextCursor: null });
		await held.arrived("/held-lines", 1);
		held.answer();
		const ended = await runEnded(platform.api, id);
		expect(ended.logs.map((line) => [line.seq, line.text])).toEqual([1, 2, 3].map((at) => [at, `line ${at}`]));
	});
});
