import { describe, expect, it, vi } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { holdBodyBytes } from "../../../worker/http/body-bytes.ts";
import { readBody } from "../../../worker/http/read-body.ts";

const sized = (bytes: number): Headers => new Headers({ "content-length": String(bytes) });
const LARGEST = LIMITS.bodyBytesUnderWay / LIMITS.bodyBytes;

describe("bodies under way", () => {
	it("of one tenant fit up to the bound and not one byte over, until one is given back", () => {
		const held = Array.from({ length: LARGEST }, () => holdBodyBytes("POST /x", "ten_full", sized(LIMITS.bodyBytes)));
		expect(() => holdBodyBytes("POST /x", "ten_full", sized(1))).toThrow(/under way/);
		held[0]?.giveBack();
		holdBodyBytes("POST /x", "ten_full", sized(LIMITS.bodyBytes));
		expect(() => holdBodyBytes("POST /x", "ten_full", sized(1))).toThrow(/under way/);
	});

	it("of one tenant are nothing to another", () => {
		for (let index = 0; index < LARGEST; index += 1) holdBodyBytes("POST /x", "ten_greedy", sized(LIMITS.bodyBytes));
		expect(() => holdBodyBytes("POST /x", "ten_modest", sized(100))).not.toThrow();
	});

	it("count as long as they are once they have come, whatever they said, and give back no more than that", () => {
		const held = Array.from({ length: LARGEST }, () => holdBodyBytes("POST /x", "ten_waiting", new Headers()));
		for (const each of held) each.came(100);
		const more = Array.from({ length: LARGEST - 1 }, () => holdBodyBytes("POST /x", "ten_waiting", new Headers()));
		expect(() => holdBodyBytes("POST /x", "ten_waiting", new Headers())).toThrow(/under way/);
		for (const each of [...held, ...more]) each.giveBack();
		for (const each of held) each.giveBack();
		holdBodyBytes("POST /x", "ten_waiting", sized(1)).came(LIMITS.bodyBytes);
		for (let index = 0; index < LARGEST - 1; index += 1) holdBodyBytes("POST /x", "ten_waiting", new Headers());
		expect(() => holdBodyBytes("POST /x", "ten_waiting", new Headers())).toThrow(/under way/);
	});

	it("count as the largest when they do not say how long they are, or lie", () => {
		for (let index = 0; index < LARGEST; index += 1) holdBodyBytes("POST /x", "ten_silent", index % 2 === 0 ? new Headers() : sized(1e15));
		expect(() => holdBodyBytes("POST /x", "ten_silent", sized(1))).toThrow(/under way/);
		expect(() => holdBodyBytes("POST /x", "ten_lying", new Headers({ "content-length": "-5" }))).not.toThrow();
	});
});

it("a body that does not arrive in time is refused", async () => {
	vi.useFakeTimers();
	try {
		const stream = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array([123])) });
		const request = new Request("http://cordon.test/", { method: "POST", body: stream, headers: { "content-type": "application/json" } });
		const refused = expect(readBody("POST /x", request)).rejects.toThrow(/had not arrived/);
		await vi.advanceTimersByTimeAsync(LIMITS.bodyArrivalMs + 1);
		await refused;
	} finally {
		vi.useRealTimers();
	}
});
