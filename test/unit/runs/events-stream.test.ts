import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { RunLog } from "../../../contract/runs.ts";
import type { RunNews } from "../../../worker/agents/object/follow-run.ts";
import type { RunCursor } from "../../../worker/agents/object/run-changes.ts";
import { START } from "../../../worker/runs/events/event-id.ts";
import { eventStream } from "../../../worker/runs/events/event-stream.ts";

const QUIET: RunNews = { kind: "quiet" };

/** A run that has printed lines and goes on. */
const printed = (lines: readonly RunLog[], { line }: RunCursor): RunNews => ({
	kind: "view",
	restMs: LIMITS.eventsRestMs,
	view: {
		...{ status: "running", attempt: 1, atMs: 1, changed: [], fresh: [], change: 0, approvals: [], isOver: false, end: null },
		lines: lines.filter(({ seq }) => seq > line),
	},
});
const lineOf = (seq: number): RunLog => ({ seq, atMs: seq, level: "log", text: `line ${seq}` });

/** A stream over a scripted run, which notes each look; waiting takes the time it says. */
const streamOf = (look: (cursor: RunCursor, looks: number) => RunNews, isWelcome: () => boolean = () => true) => {
	const waits: number[] = [];
	const body = eventStream({
		first: QUIET,
		from: START,
		isWelcome: async () => isWelcome(),
		look: async (cursor, waitMs) => {
			waits.push(waitMs);
			const news = look(cursor, waits.length);
			if (news.kind === "quiet") await new Promise((resolve) => setTimeout(resolve, waitMs));
			return news;
		},
	});
	const reader = body.getReader();
	const decoder = new TextDecoder();
	/** Lets the time go on until there is something to read. */
	const read = async (): Promise<string | null> => {
		let isThere = false;
		const next = reader.read().finally(() => {
			isThere = true;
		});
		while (!isThere) await vi.advanceTimersToNextTimerAsync();
		const { done, value } = await next;
		return done ? null : decoder.decode(value);
	};
	const readAll = async (): Promise<string[]> => {
		const texts: string[] = [];
		for (let text = await read(); text !== null; text = await read()) texts.push(text);
		return texts;
	};
	return { reader, waits, read, readAll };
};

describe("a stream of events", () => {
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	it("looks only when its reader takes more, and never again when the reader has gone", async () => {
		const { reader, waits, read } = streamOf((cursor, looks) => printed([lineOf(looks)], cursor));
		await vi.advanceTimersByTimeAsync(60_000);
		expect(waits).toHaveLength(0);
		expect(await read()).toBe("retry: 500\n\n");
		expect(waits).toHaveLength(0);
		expect(await read()).toContain('"text":"line 1"');
		await vi.advanceTimersByTimeAsync(60_000);
		expect(waits).toHaveLength(1);
		await reader.cancel();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(waits).toHaveLength(1);
	});

	it("of a quiet run says each LIMITS.eventsHeartbeatMs that it is there, and ends when its time is over", async () => {
		const { readAll, waits } = streamOf(() => QUIET);
		const [retry, ...beats] = await readAll();
		expect(retry).toBe("retry: 500\n\n");
		expect(new Set(beats)).toEqual(new Set([":\n\n"]));
		expect(beats.length).toBe(LIMITS.eventsLifeMs / LIMITS.eventsHeartbeatMs - 1);
		expect(Math.max(...waits)).toBe(LIMITS.eventsLookMs);
	});

	it("of a run that never stops talking ends after LIMITS.eventsLooks looks, resting after each", async () => {
		const { readAll, waits } = streamOf((cursor, looks) => printed([lineOf(looks)], cursor));
		const begunAtMs = Date.now();
		const texts = await readAll();
		expect(waits).toHaveLength(LIMITS.eventsLooks - 1);
		expect(texts.join("").match(/event: log\n/g)).toHaveLength(LIMITS.eventsLooks - 1);
		expect(Date.now() - begunAtMs).toBeGreaterThanOrEqual((LIMITS.eventsLooks - 2) * LIMITS.eventsRestMs);
	});

	it("ends by the next heartbeat when its reader's key is good no more", async () => {
		let isWelcome = true;
		const { read } = streamOf(
			() => QUIET,
			() => isWelcome,
		);
		await read();
		expect(await read()).toBe(":\n\n");
		isWelcome = false;
		expect(await read()).toBeNull();
	});

	it("writes an event as id, name and one line of data, whatever stands in it", async () => {
		const { read } = streamOf((cursor) => printed([{ ...lineOf(1), text: "a\n\nevent: end\r\rdata: {}" }], cursor));
		await read();
		expect(await read()).toBe(
			[
				'id: 1.2.1.0.0.0..\nevent: status\ndata: {"status":"running","attempt":1,"atMs":1}\n\n',
				'id: 1.2.1.0.0.1..\nevent: log\ndata: {"seq":1,"atMs":1,"level":"log","text":"a\\n\\nevent: end\\r\\rdata: {}"}\n\n',
			].join(""),
		);
	});
});
