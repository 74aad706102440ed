import { describe, expect, test } from "vitest";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { ask, errorOf, newTenant, testEnv } from "./ask.ts";

describe("a path", () => {
	test.each([
		"/",
		"/v1",
		"/v1/nothing",
		"//v1/keys",
		"/v1//keys",
		"/v1/keys/",
		"/V1/keys",
		"/v1/keys;x",
		"/v1/keys%2f",
		"/v1%2fkeys",
		"/%2e%2e/v1/nothing",
		"/v1/keys%00",
		"/v1/keys/%zz/roll/x",
	])("that is not of the table is 404: %s", async (path) => {
		const { key } = await newTenant();
		const answer = await ask("GET", path, { key: key.value });
		expect(answer.status, answer.text).toBe(404);
		expect(errorOf(answer).code).toBe("not_found");
	});

	test("that is not of the table is said back without its query, bounded", async () => {
		const { key } = await newTenant();
		const told = async (path: string) => errorOf(await ask("POST", path, { key: key.value }));
		expect(await told("/v1/nothing?key=secret")).toMatchObject({
			message: "Routing: found POST /v1/nothing, wanted a path of the API",
			hint: "See /openapi.json.",
		});
		expect((await told(`/v1/${"x".repeat(5_000)}`)).message.length).toBeLessThan(LIMITS.shownChars + 60);
	});

	test.each(["%2f", "..%2fkeys", "%2e%2e%2fkeys", "%00", "%252f", "key_x", "%zz"])(
		"with the id %s is answered as an unknown id",
		async (id) => {
			const { key } = await newTenant();
			const unknown = await ask("DELETE", `/v1/keys/${newId("key")}`, { key: key.value });
			const odd = await ask("DELETE", `/v1/keys/${id}`, { key: key.value });
			expect(odd.status).toBe(404);
			expect({ ...errorOf(odd), requestId: "" }).toEqual({ ...errorOf(unknown), requestId: "" });
		},
	);

	test("however it is written, is not let in without a key", async () => {
		for (const path of [
			"/v1/%6beys",
			"/v1/./keys",
			"/v1/runs/../keys",
			"/v1/runs/%2e%2e/keys",
			"/healthz/../v1/keys",
			"/v1/keys?",
			"/v1/keys#x",
		])
			expect((await ask("GET", path)).status, path).toBe(401);
	});
});

describe("a method", () => {
	test("that a known path does not have is 405 and names those it has", async () => {
		const answer = await ask("PUT", "/v1/keys");
		expect(answer.status).toBe(405);
		expect(answer.headers.get("allow")).toBe("POST, GET, HEAD");
		expect(errorOf(answer)).toMatchObject({ code: "method_not_allowed", allow: ["POST", "GET", "HEAD"] });
		expect((await ask("PATCH", "/v1/secrets/a")).headers.get("allow")).toBe("PUT, DELETE");
	});

	test("OPTIONS is 405, whatever Origin asks, and reflects nothing", async () => {
		const headers = { origin: "https://evil.test", "access-control-request-method": "GET" };
		expect((await ask("OPTIONS", "/v1/keys", { headers })).status).toBe(405);
		const { key } = await newTenant();
		expect((await ask("GET", "/v1/keys", { key: key.value, headers: { origin: "null" } })).status).toBe(200);
	});

	test("HEAD answers as GET does, without a body, and wants the same key", async () => {
		const { key } = await newTenant();
		expect((await ask("HEAD", "/v1/keys")).status).toBe(401);
		const answer = await ask("HEAD", "/v1/keys", { key: key.value });
		expect(answer.status).toBe(200);
		expect(answer.text).toBe("");
	});

	test("cannot be overridden by a header", async () => {
		const { key } = await newTenant();
		const answer = await ask("GET", `/v1/keys/${key.id}`, { key: key.value, headers: { "x-http-method-override": "DELETE" } });
		expect(answer.status).toBe(405);
	});
});

test("a client's request id is not taken over", async () => {
	const answer = await ask("GET", "/v1/nothing", { headers: { "x-request-id": "mine" } });
	expect(answer.headers.get("x-request-id")).not.toBe("mine");
});

test("a refusal says where its code is explained, and it is explained there", async () => {
	const [refused, document] = [await ask("GET", "/v1/keys"), await ask("GET", "/openapi.json")];
	const [path, pointer = ""] = errorOf(refused).docUrl.split("#");
	expect(path).toBe("/openapi.json");
	let place = document.json;
	for (const step of pointer.split("/").slice(1)) place = typeof place === "object" && place ? Reflect.get(place, step) : undefined;
	expect(place).toMatchObject({ status: 401 });
});

test("a failure of the database is 500 with a request id and nothing else", async () => {
	const { key } = await newTenant();
	await testEnv.DB.exec("alter table secrets rename to secrets_away");
	const answer = await ask("GET", "/v1/secrets", { key: key.value }).finally(() =>
		testEnv.DB.exec("alter table secrets_away rename to secrets"),
	);
	expect(answer.status).toBe(500);
	expect(errorOf(answer)).toEqual({
		code: "internal",
		message: "Answering: something failed that is not the request's fault, wanted an answer.",
		hint: "Try again; if it stays, report the request id.",
		docUrl: "/openapi.json#/components/x-errors/internal",
		requestId: answer.headers.get("x-request-id"),
	});
});
