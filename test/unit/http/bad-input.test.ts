import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { readStream } from "../../../worker/http/read-stream.ts";
import { type Answer, ask, errorOf, newTenant, type Question } from "./ask.ts";

const keys = "/v1/keys";
const post = async (question: Question, path = keys): Promise<Answer> =>
	ask("POST", path, { key: (await newTenant()).key.value, ...question });

const expectRefused = (answer: Answer, status: number, code: string): void => {
	expect(answer.status, answer.text).toBe(status);
	expect(errorOf(answer).code).toBe(code);
};

/** A body without a length that counts what is taken from it. */
const endlessBody = (chunkBytes: number): { stream: ReadableStream<Uint8Array>; taken: () => number } => {
	let taken = 0;
	const stream = new ReadableStream<Uint8Array>(
		{
			pull: (controller) => {
				taken += 1;
				controller.enqueue(new Uint8Array(chunkBytes).fill(32));
			},
		},
		{ highWaterMark: 0 },
	);
	return { stream, taken: () => taken };
};

describe("a body", () => {
	test.each(["", "{", "nul", "NaN", "{} {}", "\uFEFF{}", "[1,]", '{"name":"a"'])("that is not JSON is refused: %j", async (raw) => {
		expectRefused(await post({ raw }), 400, "invalid_request");
	});

	test("in UTF-16 or in broken UTF-8 is refused", async () => {
		for (const raw of [new Uint8Array([123, 0, 125, 0]), new Uint8Array([34, 0xff, 34])]) {
			expectRefused(await post({ raw }), 400, "invalid_request");
		}
	});

	test("of exactly the limit is read, of one byte more is refused by its declared length", async () => {
		const name = '{"name":"a"}';
		const fits = name + " ".repeat(LIMITS.bodyBytes - name.length);
		expect((await post({ raw: fits })).status).toBe(201);
		expectRefused(await post({ raw: `${fits} ` }), 413, "payload_too_large");
	});

	test("that declares no length is read no further than the limit", async () => {
		const body = endlessBody(64 * 1024);
		expectRefused(await post({ raw: body.stream }), 413, "payload_too_large");
		expect(body.taken()).toBeLessThanOrEqual(LIMITS.bodyBytes / (64 * 1024) + 2);
	});

	test("is not touched before the key is known", async () => {
		const body = endlessBody(1024);
		expectRefused(await ask("POST", keys, { raw: body.stream }), 401, "unauthorized");
		expectRefused(await ask("POST", keys, { raw: body.stream, key: "cordon_x" }), 401, "unauthorized");
		expect(body.taken()).toBe(0);
	});

	test("of another type, or compressed, is refused", async () => {
		for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/jsonp", "application/json; charset=utf-16"])
			expectRefused(await post({ raw: '{"name":"a"}', headers: { "content-type": type } }), 415, "unsupported_media_type");
		for (const encoding of ["gzip", "br", "identity, gzip"])
			expectRefused(await post({ raw: "x", headers: { "content-encoding": encoding } }), 415, "unsupported_media_type");
		const plain = { "content-type": 'Application/JSON; charset="UTF-8"', "content-encoding": "identity" };
		expect((await post({ raw: '{"name":"a"}', headers: plain })).status).toBe(201);
	});

	test("of another type is told its own, bounded and printable, and what is wanted", async () => {
		const found = async (type: string) => errorOf(await post({ raw: "{}", headers: { "content-type": type } })).message;
		expect(await found("text/plain")).toBe('POST /v1/keys: found Content-Type "text/plain", wanted application/json (UTF-8)');
		expect(await found("te\u00e9xt")).toContain('"te?xt"');
		expect(await found("x".repeat(LIMITS.shownChars))).toContain(`"${"x".repeat(LIMITS.shownChars)}"`);
		expect(await found("x".repeat(LIMITS.shownChars + 1))).toContain(`"${"x".repeat(LIMITS.shownChars)}..."`);
	});

	test("of data that is of another type is told its own and those that are wanted", async () => {
		const wanted = { contentTypes: ["text/csv", "application/sql"], mostBytes: 1 };
		const read = (headers: Record<string, string>) => () => readStream("PUT /x", wanted, new Request("http://x.test/", { headers }));
		expect(read({ "content-type": "text/plain; a=b" })).toThrow(
			'PUT /x: found Content-Type "text/plain; a=b", wanted one of text/csv, application/sql',
		);
		expect(read({})).toThrow("PUT /x: found no Content-Type, wanted one of text/csv, application/sql");
	});

	test("nested 100,000 deep is refused, with and without its end", async () => {
		for (const raw of ["[".repeat(100_000), "[".repeat(100_000) + "]".repeat(100_000), `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`])
			expectRefused(await post({ raw }), 400, "invalid_request");
	});

	test("with a key __proto__ is refused wherever it stands, and changes no prototype", async () => {
		for (const raw of ['{"name":"a","__proto__":{"scopes":["read:runs"]}}', '{"name":"a","\\u005f_proto__":1}']) {
			const answer = await post({ raw });
			expectRefused(answer, 400, "invalid_request");
			expect(errorOf(answer).message).toContain("__proto__");
		}
		expectRefused(await post({ raw: '{"program":"x","input":{"a":[{"__proto__":1}]}}' }, "/v1/runs"), 400, "invalid_request");
	});

	test("names each unknown field, and says found and wanted of each wrong one", async () => {
		const unknown = await post({ body: { name: "a", tenantId: "ten_x", id: "key_x", role: "admin" } });
		expectRefused(unknown, 400, "invalid_request");
		const issues = ["tenantId", "id", "role"].map((path) => ({
			path,
			found: "an unknown field",
			wanted: "one of name, scopes, expiresAtMs",
		}));
		expect(errorOf(unknown)).toMatchObject({ issues });
		const wrong = await post({ body: { program: "x", limits: { wallMs: -1, cpuMs: "1" } } }, "/v1/runs");
		expect(errorOf(wrong).message).toBe("POST /v1/runs: limits.wallMs: found -1, wanted a number of at least 1 (and 1 more: see issues)");
		expect(errorOf(wrong)).toMatchObject({ issues: [{}, { path: "limits.cpuMs", found: '"1"', wanted: "a number" }] });
	});

	test("that is wrong in one branch of a union is told of that branch", async () => {
		const answer = await post({ body: { program: { main: "a.ts", modules: { "a.ts": 1 } } } }, "/v1/runs");
		expect(errorOf(answer).message).toBe("POST /v1/runs: program.modules.a.ts: found 1, wanted text");
	});

	test("is told back in no more than 60 characters a field and LIMITS.issuesShown fields", async () => {
		const long = await post({ body: { name: `${"a".repeat(5_000)}!` } });
		expect(errorOf(long).message.length).toBeLessThan(200);
		const many = await post({
			body: { name: "a", ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, 1])) },
		});
		expect(errorOf(many)["issues"]).toHaveLength(LIMITS.issuesShown);
		expect(many.text.length).toBeLessThan(5_000);
	});
});

describe("a query", () => {
	const get = async (path: string): Promise<Answer> => ask("GET", path, { key: (await newTenant()).key.value });

	test("with a cursor that is none is refused, and the refusal names it", async () => {
		for (const path of ["/v1/keys", "/v1/secrets", "/v1/agents"]) {
			const answer = await get(`${path}?cursor=${btoa("garbage")}`);
			expectRefused(answer, 400, "invalid_request");
			expect(errorOf(answer).message).toContain("cursor");
		}
	});

	test("with a limit out of bounds, an unknown name or a name twice is refused", async () => {
		for (const query of ["limit=0", "limit=-1", "limit=201", "limit=1e9", "limit=x", "sort=name", "__proto__=1", "limit=1&limit=2"])
			expectRefused(await get(`/v1/keys?${query}`), 400, "invalid_request");
		expect((await get("/v1/keys?limit=200")).status).toBe(200);
	});

	test("cannot hold the key", async () => {
		const { key } = await newTenant();
		expectRefused(await ask("GET", `/v1/keys?key=${key.value}`), 401, "unauthorized");
		const answer = await get(`/v1/keys?key=${key.value}`);
		expectRefused(answer, 400, "invalid_request");
		expect(answer.text).not.toContain(key.value);
	});
});

describe("an Idempotency-Key", () => {
	const send = (value: string): Promise<Answer> => post({ body: { name: "a" }, headers: { "idempotency-key": value } });

	test("that is empty, too long or not printable ASCII is refused", async () => {
		for (const value of ["", "a".repeat(256), "clé", "a\tb", "a".repeat(1024 * 1024)]) {
			const answer = await send(value);
			expectRefused(answer, 400, "invalid_request");
			expect(errorOf(answer).message).toContain("Idempotency-Key");
			expect(answer.text.length).toBeLessThan(1_000);
		}
	});

	test("of 255 characters is taken", async () => {
		expect((await send("a".repeat(255))).status).toBe(201);
	});
});
