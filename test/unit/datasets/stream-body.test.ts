import { describe, expect, test, vi } from "vitest";
import { Refusal } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { readStream } from "../../../worker/http/read-stream.ts";
import { ask, errorOf, newTenant } from "../http/ask.ts";

const WANTED = { contentTypes: ["text/csv"], mostBytes: 10 };
const asked = (body: BodyInit | null, headers: Record<string, string> = { "content-type": "text/csv" }) =>
	new Request("http://cordon.test/", { method: "PUT", body, headers });
const codeOf = async (work: () => Promise<unknown> | unknown): Promise<string> => {
	try {
		await work();
		return "none";
	} catch (error) {
		return error instanceof Refusal ? error.code : String(error);
	}
};
const read = (request: Request) => new Response(readStream("PUT /x", WANTED, request).body).text();

describe("a streamed body", () => {
	test("comes through as it is up to its bound, and not a byte beyond it", async () => {
		expect(await read(asked("0123456789"))).toBe("0123456789");
		expect(await codeOf(() => read(asked(new Blob(["01234567890"]).stream())))).toBe("payload_too_large");
		expect(await codeOf(() => read(asked("01234567890", { "content-type": "text/csv", "content-length": "11" })))).toBe(
			"payload_too_large",
		);
	});

	test("is refused unread when it is compressed or of another type", async () => {
		for (const headers of [
			{ "content-type": "application/json" },
			{ "content-type": "" },
			{ "content-type": "text/csvx" },
			{ "content-type": "text/csv", "content-encoding": "gzip" },
		])
			expect(await codeOf(() => read(asked("1", headers)))).toBe("unsupported_media_type");
		expect(await read(asked("1", { "content-type": "Text/CSV; charset=utf-8" }))).toBe("1");
	});

	test("that stops half way is refused after a time, and its source let go", async () => {
		vi.useFakeTimers();
		try {
			let cancelled = false;
			const body = new ReadableStream<Uint8Array>({
				start: (controller) => controller.enqueue(new Uint8Array([65])),
				cancel: () => {
					cancelled = true;
				},
			});
			const reading = codeOf(() => read(asked(body)));
			await vi.advanceTimersByTimeAsync(LIMITS.streamChunkMs + 1);
			expect(await reading).toBe("invalid_request");
			expect(cancelled).toBe(true);
		} finally {
			vi.useRealTimers();
		}
	});
});

describe("the datasets' operations", () => {
	test("make, list, read and forget a dataset of the tenant alone", async () => {
		const [mine, theirs] = [await newTenant(), await newTenant()];
		const key = mine.key.value;
		const made = await ask("POST", "/v1/datasets", { key, body: { name: "sales" } });
		expect([made.status, made.json]).toEqual([201, expect.objectContaining({ name: "sales", version: 1, bytes: 0, tables: [] })]);
		expect((await ask("POST", "/v1/datasets", { key, body: { name: "sales" } })).status).toBe(409);
		expect((await ask("POST", "/v1/datasets", { key: theirs.key.value, body: { name: "sales" } })).status).toBe(201);
		expect((await ask("GET", "/v1/datasets/sales", { key })).json).toEqual(made.json);
		expect((await ask("GET", "/v1/datasets", { key })).json).toEqual({ data: [made.json], nextCursor: null });
		expect((await ask("DELETE", "/v1/datasets/sales", { key })).status).toBe(200);
		expect((await ask("GET", "/v1/datasets/sales", { key })).status).toBe(404);
		expect((await ask("GET", "/v1/datasets/sales", { key: theirs.key.value })).status).toBe(200);
	});

	test("take no name that is a path", async () => {
		const { key } = await newTenant();
		for (const name of ["..", "a/b", "../../tenants", "%2e%2e", "a\u0000b", "", "a".repeat(65)])
			expect((await ask("POST", "/v1/datasets", { key: key.value, body: { name } })).status, name).toBe(400);
		for (const path of ["%2e%2e", "a%2Fb", "%00", "..%2f..%2ftenants"])
			expect([400, 404], path).toContain(
				(await ask("PUT", `/v1/datasets/${path}/data`, { key: key.value, raw: "a\n1", headers: { "content-type": "text/csv" } })).status,
			);
	});

	test("refuse data without an executor, and of another type, and leave the dataset", async () => {
		const { key } = await newTenant();
		await ask("POST", "/v1/datasets", { key: key.value, body: { name: "sales" } });
		const put = (type: string) => ask("PUT", "/v1/datasets/sales/data", { key: key.value, raw: "a\n1", headers: { "content-type": type } });
		expect(errorOf(await put("text/csv")).code).toBe("no_executor");
		expect(errorOf(await put("application/json")).code).toBe("unsupported_media_type");
		expect((await ask("GET", "/v1/datasets/sales", { key: key.value })).json).toMatchObject({ version: 1, bytes: 0 });
	});
});
