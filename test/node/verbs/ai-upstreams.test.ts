import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { boundEvents } from "../../../worker/verbs/ai-complete/bound-events.ts";
import { breaking, type Reply, saying, sending, stalling, startProvider } from "../../providers/start-provider.ts";
import { complete, failureOf, grantOf, KEY, PROVIDERS, routeTo } from "./completing.ts";
import { codeOf, doneValue } from "./perform.ts";

const PROMPT = { prompt: "Hi", maxTokens: 50 };
const EVENTS = "text/event-stream";
const chunk = (content: string): string =>
	`data: ${JSON.stringify({ id: "1", created: 1, model: "m-1", choices: [{ index: 0, delta: { content } }] })}\n\n`;
const END = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

/** Writes for as long as somebody reads; resolves with the bytes written when the connection is closed. */
const endless = (type: string, piece: string): { reply: Reply; closed: Promise<number> } => {
	const closed = Promise.withResolvers<number>();
	const reply: Reply = (response) => {
		let sent = 0;
		const push = (): void => {
			while (!response.destroyed) {
				sent += piece.length;
				if (!response.write(piece)) break;
			}
		};
		response.writeHead(200, { "content-type": type });
		response.on("drain", push);
		response.on("close", () => closed.resolve(sent));
		push();
	};
	return { reply, closed: closed.promise };
};

describe.each(PROVIDERS)("an upstream in place of %s", (provider) => {
	test.each([
		["nothing", sending("application/json", "")],
		["half a JSON text", sending("application/json", '{"id":"x","choices":[{"mess')],
		["another JSON value", sending("application/json", "[1,null]")],
		["deep JSON", sending("application/json", "[".repeat(50_000))],
		["JSON of very many values", sending("application/json", `[${"[],".repeat(100_000)}1]`)],
		["a page", sending("text/html", "<html>upstream text</html>")],
		["bytes", sending("application/octet-stream", Buffer.alloc(1_000, 0xff))],
		["an answer without a model's words", sending("application/json", "{}")],
		["polluting names", sending("application/json", '{"__proto__":{"choices":[]},"constructor":{"prototype":{}}}')],
		["a piece and the end of the connection", breaking("application/json", "{")],
	] satisfies [string, Reply][])("that sends %s fails in one wording", async (_, reply) => {
		await using upstream = await startProvider(reply);
		const outcome = await complete([routeTo(upstream, { provider })], PROMPT);
		expect(failureOf(outcome)).toBe("upstream_failed: complete: the model failed: did not answer properly");
		expect(Object.getPrototypeOf({})).toBe(Object.prototype);
		expect("choices" in {}).toBe(false);
	});

	test.each([
		["nothing", sending(EVENTS, "")],
		["garbage", sending(EVENTS, "\u0000\u0001garbage\n\n:::\n\ndata\n\n")],
		["events of half JSON", sending(EVENTS, 'data: {"a\n\ndata: [\n\n')],
		["events of other JSON", sending(EVENTS, "data: 7\n\ndata: null\n\ndata: []\n\n")],
		["one JSON text", sending("application/json", "{}")],
		["a word and a broken connection", breaking(EVENTS, "data")],
	] satisfies [string, Reply][])("that streams %s fails, and no text is made up", async (_, reply) => {
		await using upstream = await startProvider(reply);
		const outcome = await complete([routeTo(upstream, { provider })], PROMPT, { method: "stream" });
		expect(codeOf(outcome)).toBe("upstream_failed");
		expect(outcome.emitted).toEqual([]);
	});
});

describe("an upstream", () => {
	test.each([
		["one line", "x".repeat(16_384)],
		["small events", chunk("").repeat(50)],
		["empty lines", "\n".repeat(16_384)],
		["carriage returns", "\r".repeat(16_384)],
		["comments", ": ping\n\n".repeat(1_000)],
		["words", chunk("word ").repeat(50)],
	])("that streams %s without end is left, and its connection closed", async (_, piece) => {
		const { reply, closed } = endless(EVENTS, piece);
		await using upstream = await startProvider(reply);
		const started = performance.now();
		const outcome = await complete([routeTo(upstream)], PROMPT, { method: "stream" });
		expect(codeOf(outcome)).toBe("response_too_large");
		expect(await closed).toBeLessThan(LIMITS.modelWireBytes.base + 16 * 1024 * 1024);
		expect(performance.now() - started).toBeLessThan(15_000);
	});

	test("that sends an answer without end is left after what was asked may take", async () => {
		const { reply, closed } = endless("application/json", " ".repeat(16_384));
		await using upstream = await startProvider(reply);
		expect(codeOf(await complete([routeTo(upstream)], PROMPT))).toBe("response_too_large");
		expect(await closed).toBeLessThan(LIMITS.modelWireBytes.base + 16 * 1024 * 1024);
	});

	test("that drips is given the route's time for an answer, and the call's for a stream", async () => {
		const drip: Reply = (response) => {
			response.writeHead(200, { "content-type": EVENTS });
			const timer = setInterval(() => response.write(chunk("a")), 20);
			response.on("close", () => clearInterval(timer));
		};
		await using upstream = await startProvider(drip);
		const route = routeTo(upstream, { timeoutMs: 200 });
		expect(codeOf(await complete([route], PROMPT))).toBe("upstream_timeout");
		const outcome = await complete([route], PROMPT, { method: "stream", grant: grantOf({ limits: { timeoutMs: 600 } }) });
		expect(codeOf(outcome)).toBe("upstream_timeout");
		expect(outcome.emitted.length).toBeGreaterThan(5);
	});

	test("sees the connection closed when nobody reads the stream any more, and is charged as asked", async () => {
		const { reply, closed } = endless(EVENTS, chunk("word "));
		await using upstream = await startProvider(reply);
		let parts = 0;
		const emit = async (): Promise<void> => {
			parts += 1;
			if (parts > 3) throw new Error("nobody reads");
		};
		const outcome = await complete([routeTo(upstream), routeTo(upstream)], PROMPT, { method: "stream", emit });
		expect(codeOf(outcome)).toBe("cancelled");
		expect(outcome.emitted).toHaveLength(3);
		expect(upstream.seen).toHaveLength(1);
		expect(outcome.cost.tokens).toBeGreaterThan(50);
		await closed;
	});

	test("sees the connection closed when the run ends", async () => {
		const closed = Promise.withResolvers<void>();
		const asked = Promise.withResolvers<void>();
		await using upstream = await startProvider((response) => {
			response.on("close", () => closed.resolve());
			asked.resolve();
		});
		const run = new AbortController();
		const call = complete([routeTo(upstream)], PROMPT, { signal: run.signal });
		await asked.promise;
		run.abort();
		expect(codeOf(await call)).toBe("upstream_timeout");
		await closed.promise;
	});

	test("gives each part before the next is made", async () => {
		const steps: string[] = [];
		const heard = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		await using upstream = await startProvider(async (response) => {
			response.writeHead(200, { "content-type": EVENTS });
			for (const [index, word] of ["one", "two"].entries()) {
				steps.push(`sent ${word}`);
				response.write(chunk(word));
				await heard[index]?.promise;
			}
			response.end(END);
		});
		const emit = async (value: unknown): Promise<void> => {
			steps.push(`heard ${JSON.stringify(value)}`);
			heard[steps.length / 2 - 1]?.resolve();
		};
		const outcome = await complete([routeTo(upstream)], PROMPT, { method: "stream", emit });
		expect(doneValue(outcome)).toMatchObject({ text: "onetwo" });
		expect(steps).toEqual(["sent one", 'heard {"text":"one"}', "sent two", 'heard {"text":"two"}']);
	});

	test("that answers more text than may enter the isolate is refused, at the limit and one over", async () => {
		const bytes = LIMITS.modelAnswerBytes - 2;
		const most = { prompt: "Hi", maxTokens: 20_000 };
		for (const [length, code] of [
			[bytes, "done"],
			[bytes + 1, "response_too_large"],
		] as const) {
			await using upstream = await startProvider(saying("x".repeat(length)));
			expect(codeOf(await complete([routeTo(upstream)], most))).toBe(code);
		}
	});

	test("that folds its answer is read unfolded, and in an unknown folding refused", async () => {
		await using upstream = await startProvider((response) =>
			response.writeHead(200, { "content-type": "application/json", "content-encoding": "zstd" }).end("x"),
		);
		expect(codeOf(await complete([routeTo(upstream)], PROMPT))).toBe("upstream_failed");
		expect(upstream.seen[0]?.headers["accept-encoding"]).toBe("identity");
	});
});

describe("the key", () => {
	const forms = [KEY, Buffer.from(KEY).toString("base64"), Buffer.from(KEY).toString("hex"), encodeURIComponent(KEY)];

	test("that an upstream echoes does not come back in text, in an object or in its fields' names", async () => {
		const text = `a ${forms.join(" and ")} z`;
		await using upstream = await startProvider(saying(text));
		const cleaned = doneValue(await complete([routeTo(upstream)], PROMPT));
		expect(cleaned).toMatchObject({ text: "a [redacted] and [redacted] and [redacted] and [redacted] z" });
		await using json = await startProvider(saying(JSON.stringify({ a: [`x${KEY}`], [KEY]: 1 })));
		expect(doneValue(await complete([routeTo(json)], { ...PROMPT, schema: { type: "object" } }))).toMatchObject({
			object: { a: ["x[redacted]"], "[redacted]": 1 },
		});
	});

	test.each([1, 2, 3, 7, 20])("is found in a stream that is cut every %i characters", async (size) => {
		const text = `héé🔑 ${forms.join(" é ")} sk-can end`;
		const units = Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));
		await using upstream = await startProvider(saying(...units));
		const outcome = await complete([routeTo(upstream)], { ...PROMPT, maxTokens: 1_000 }, { method: "stream" });
		const wanted = `héé🔑 ${forms.map(() => "[redacted]").join(" é ")} sk-can end`;
		expect(doneValue(outcome)).toMatchObject({ text: wanted });
		expect(outcome.emitted.map((part) => JSON.parse(JSON.stringify(part)).text).join("")).toBe(wanted);
	});

	test("of which a stream only has the beginning holds back no other text", async () => {
		await using upstream = await startProvider(saying("sk-", "plain", " text"));
		const outcome = await complete([routeTo(upstream)], PROMPT, { method: "stream" });
		expect(outcome.emitted).toEqual([{ text: "sk-plain" }, { text: " text" }]);
	});

	test.each([
		["too short", "short"],
		["with a line in its middle", "sk-0123456789\nx-evil: 1"],
		["not ASCII", "sk-ключ-0123456789"],
	])("%s is none", async (_, key) => {
		await using upstream = await startProvider(saying("x"));
		expect(codeOf(await complete([routeTo(upstream)], PROMPT, { secrets: { key } }))).toBe("secret_unavailable");
		expect(upstream.seen).toEqual([]);
	});

	test("may be left out for a server that wants none, and then no header is sent", async () => {
		await using upstream = await startProvider(saying("x"));
		const { secret: _, ...route } = routeTo(upstream);
		expect(codeOf(await complete([route], PROMPT))).toBe("done");
		expect(upstream.seen[0]?.headers).not.toHaveProperty("authorization");
	});
});

describe("boundEvents()", () => {
	const TEXT = "a\r\nbc\r\n\r\nd\n\n";
	const BOUNDS = { bytes: TEXT.length, lines: 5, eventBytes: 5 };
	const pass = async (most: typeof BOUNDS, cut = TEXT.length): Promise<string> => {
		let tooMuch = false;
		const bytes = new TextEncoder().encode(TEXT);
		const body = new ReadableStream<Uint8Array>({
			start: (controller) => {
				for (let at = 0; at < bytes.length; at += cut) controller.enqueue(bytes.subarray(at, at + cut));
				controller.close();
			},
		});
		const bounded = boundEvents(body, most, () => {
			tooMuch = true;
		});
		const read = await new Response(bounded).text().catch(() => "broken");
		return `${read}${tooMuch ? " too much" : ""}`;
	};

	test.each([1, 2, 100])("passes what is at its bounds, without carriage returns, and breaks one over, in pieces of %i", async (cut) => {
		expect(await pass(BOUNDS, cut)).toBe("a\nbc\n\nd\n\n");
		for (const bound of ["bytes", "lines", "eventBytes"] as const)
			expect(await pass({ ...BOUNDS, [bound]: BOUNDS[bound] - 1 }, cut), bound).toBe("broken too much");
	});
});

describe("a stream that stalls", () => {
	test("before its end is given up after the call's time at the latest", async () => {
		await using upstream = await startProvider(stalling(EVENTS, chunk("a")));
		const outcome = await complete([routeTo(upstream)], PROMPT, { method: "stream", grant: grantOf({ limits: { timeoutMs: 300 } }) });
		expect(codeOf(outcome)).toBe("upstream_timeout");
		expect(outcome.emitted).toEqual([{ text: "a" }]);
	});
});
