import { expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { callContext, codeOf, performOnHost } from "./perform.ts";
import { type SeenRequest, startUpstream } from "./upstream.ts";

const SECRET = "s3cr3t-value-0123456789";
const INJECT = { header: "authorization", format: "Bearer {secret}", secret: "token" };

/** `first` redirects from /start; `second` is another origin. Both answer `end` to everything else. */
const twoServers = async (status: number, location: (ports: { first: number; second: number }) => string | null) => {
	const ports = { first: 0, second: 0 };
	const answer = (request: SeenRequest, response: import("node:http").ServerResponse): void => {
		const target = location(ports);
		if (request.path === "/start") response.writeHead(status, target === null ? {} : { location: target }).end("redirecting");
		else response.end("end");
	};
	const first = await startUpstream(answer);
	const second = await startUpstream(answer);
	ports.first = first.port;
	ports.second = second.port;
	return { first, second };
};

const contextOf = (ports: readonly number[]) =>
	callContext({ secrets: { token: SECRET }, developmentHosts: ports.map((port) => `127.0.0.1:${port}`) });

const seenAfter = async (
	status: number,
	request: Record<string, unknown>,
	location: (ports: { first: number; second: number }) => string | null,
	parts: Record<string, unknown> = {},
	rule: Record<string, unknown> = {},
) => {
	const { first, second } = await twoServers(status, location);
	await using _first = first;
	await using _second = second;
	const ports = [first.port, second.port];
	const outcome = await performOnHost(
		loopbackGrant(ports, parts, rule),
		"fetch",
		[{ url: `${first.origin}/start`, ...request }],
		contextOf(ports),
	);
	return { outcome, first: first.seen, second: second.seen };
};

test.each([
	[301, "GET", null, "GET", ""],
	[302, "GET", null, "GET", ""],
	[303, "GET", null, "GET", ""],
	[307, "GET", null, "GET", ""],
	[308, "GET", null, "GET", ""],
	[301, "HEAD", null, "HEAD", ""],
	[303, "HEAD", null, "HEAD", ""],
	[301, "POST", "b", "GET", ""],
	[302, "POST", "b", "GET", ""],
	[303, "POST", "b", "GET", ""],
	[303, "PUT", "b", "GET", ""],
	[303, "DELETE", null, "GET", ""],
	[301, "PUT", "b", "PUT", "b"],
	[302, "PATCH", "b", "PATCH", "b"],
	[307, "POST", "b", "POST", "b"],
	[308, "POST", "b", "POST", "b"],
	[307, "PUT", "b", "PUT", "b"],
	[308, "DELETE", null, "DELETE", ""],
])("a %i after %s with the body %j to the same origin becomes %s with the body %j", async (status, method, body, nextMethod, nextBody) => {
	const { outcome, first } = await seenAfter(status, { method, body, headers: [["content-type", "text/plain"]] }, () => "/end");
	expect(responseOf(outcome)).toMatchObject({ status: 200, url: expect.stringMatching(/\/end$/) });
	expect(first.map((seen) => [seen.method, seen.path, seen.body])).toEqual([
		[method, "/start", body ?? ""],
		[nextMethod, "/end", nextBody],
	]);
	if (body !== null) expect(first[1]?.headers["content-type"]).toBe(nextBody === "" ? undefined : "text/plain");
});

test.each([
	[307, "POST"],
	[308, "PUT"],
	[301, "PATCH"],
])("a %i after %s does not take the body to another origin", async (status, method) => {
	const { outcome, second } = await seenAfter(status, { method, body: "b" }, (ports) => `http://127.0.0.1:${ports.second}/end`);
	expect(codeOf(outcome)).toBe("egress_denied");
	expect(second).toEqual([]);
});

test("a POST that becomes GET may go to another origin, without its body, its key and the program's credentials", async () => {
	const headers = [
		["cookie", "a=b"],
		["x-api-key", "k"],
		["private-token", "t"],
		["accept-language", "de"],
	];
	const { outcome, first, second } = await seenAfter(
		303,
		{ method: "POST", body: "b", headers },
		(ports) => `http://127.0.0.1:${ports.second}/end`,
	);
	expect(responseOf(outcome).body).toEqual(new TextEncoder().encode("end"));
	expect(first[0]?.headers).toMatchObject({ cookie: "a=b", "x-api-key": "k", "private-token": "t", "idempotency-key": "cal_test" });
	expect(second[0]).toMatchObject({ method: "GET", body: "", headers: { "accept-language": "de" } });
	for (const name of ["cookie", "x-api-key", "private-token", "idempotency-key"]) expect(second[0]?.headers[name]).toBeUndefined();
});

test("an idempotency key of the program's own does not stay on what becomes GET", async () => {
	const { first } = await seenAfter(303, { method: "POST", body: "b", headers: [["idempotency-key", "mine"]] }, () => "/end");
	expect(first.map((seen) => seen.headers["idempotency-key"])).toEqual(["mine", undefined]);
});

test("the program's credentials stay on a redirect to the same origin", async () => {
	const { first } = await seenAfter(302, { headers: [["cookie", "a=b"]] }, () => "end");
	expect(first[1]?.headers).toMatchObject({ cookie: "a=b" });
});

test.each([
	["to a path that no rule covers", () => "/other", { paths: ["/start", "/end"] }],
	["to a path by dots", () => "/end/../other", { paths: ["/start", "/end"] }],
	["to an encoded slash", () => "/end%2fx", {}],
	["to an encoded dot", () => "/%2e%2e/end/%2e", {}],
	["to an empty segment", (ports: { first: number }) => `http://127.0.0.1:${ports.first}//end`, {}],
	["to a backslash", () => "\\end", {}],
	["to a parameter", () => "/end;x", {}],
	["to a user name", (ports: { first: number }) => `http://user@127.0.0.1:${ports.first}/end`, {}],
	["to another port", () => "http://127.0.0.1:1/end", {}],
	["to another host without a scheme", () => "//evil.example.com/end", {}],
	["to another public host", () => "https://evil.example.com/end", {}],
	["to a private address", () => "http://10.0.0.1/end", {}],
	["to the metadata address", () => "http://169.254.169.254/latest/meta-data/", {}],
	["to the metadata address in decimal", () => "http://2852039166/latest/", {}],
	["to IPv6 loopback", (ports: { first: number }) => `http://[::1]:${ports.first}/end`, {}],
	["to a mapped address", (ports: { first: number }) => `http://[::ffff:127.0.0.1]:${ports.first}/end`, {}],
	["to localhost by name", (ports: { first: number }) => `http://localhost:${ports.first}/end`, {}],
	["to https on the same port", (ports: { first: number }) => `https://127.0.0.1:${ports.first}/end`, {}],
	["to a file", () => "file:///etc/passwd", {}],
	["to data", () => "data:text/plain,x", {}],
	["to a script", () => "javascript:alert(1)", {}],
	["to no URL", () => "http://", {}],
	["to a URL that is too long", () => `/${"a".repeat(LIMITS.urlChars)}`, {}],
])("a redirect %s is refused before anything is sent", async (_name, location, rule) => {
	const { outcome, first, second } = await seenAfter(302, {}, location, { inject: INJECT }, rule);
	expect(codeOf(outcome)).toBe("egress_denied");
	expect(first).toHaveLength(1);
	expect(second).toHaveLength(0);
	expect(JSON.stringify(outcome)).not.toMatch(/evil|169\.254|10\.0\.0\.1|secret|s3cr3t/);
});

test("a redirect that the rules cover is still stopped by the address guard", async () => {
	const { first, second } = await twoServers(302, (ports) => `http://127.0.0.1:${ports.second}/end`);
	await using _first = first;
	await using _second = second;
	const outcome = await performOnHost(
		loopbackGrant([first.port, second.port]),
		"fetch",
		[{ url: `${first.origin}/start` }],
		contextOf([first.port]),
	);
	expect(codeOf(outcome)).toBe("egress_denied");
	expect(second.seen).toHaveLength(0);
});

test("a method that a redirect makes is judged by the rules again", async () => {
	const { outcome, first } = await seenAfter(303, { method: "POST", body: "b" }, () => "/end", {}, { methods: ["POST"] });
	expect(codeOf(outcome)).toBe("egress_denied");
	expect(first).toHaveLength(1);
});

test("the injected credential goes to every covered origin, decided hop by hop", async () => {
	const { first, second } = await seenAfter(302, {}, (ports) => `http://127.0.0.1:${ports.second}/end`, { inject: INJECT });
	expect([first[0]?.headers.authorization, second[0]?.headers.authorization]).toEqual([`Bearer ${SECRET}`, `Bearer ${SECRET}`]);
});

test("inject.hosts keeps the credential from other covered origins, in both directions", async () => {
	const { first, second } = await twoServers(302, (ports) => `http://127.0.0.1:${ports.second}/end`);
	await using _first = first;
	await using _second = second;
	const ports = [first.port, second.port];
	const fetchWith = (port: number) =>
		performOnHost(
			loopbackGrant(ports, { inject: { ...INJECT, hosts: [`127.0.0.1:${port}`] } }),
			"fetch",
			[{ url: `${first.origin}/start` }],
			contextOf(ports),
		);
	responseOf(await fetchWith(first.port));
	responseOf(await fetchWith(second.port));
	expect(first.seen.map((seen) => seen.headers.authorization)).toEqual([`Bearer ${SECRET}`, undefined]);
	expect(second.seen.map((seen) => seen.headers.authorization)).toEqual([undefined, `Bearer ${SECRET}`]);
});

test("redirects are followed as often as the limit says and not once more", async () => {
	await using upstream = await startUpstream((request, response) => {
		const left = Number(request.path.slice(1));
		if (left === 0) response.end("end");
		else response.writeHead(302, { location: `/${left - 1}` }).end();
	});
	const fetchFrom = (count: number) =>
		performOnHost(loopbackGrant([upstream.port]), "fetch", [{ url: `${upstream.origin}/${count}` }], contextOf([upstream.port]));
	expect(responseOf(await fetchFrom(LIMITS.redirects)).status).toBe(200);
	upstream.seen.length = 0;
	expect(codeOf(await fetchFrom(LIMITS.redirects + 1))).toBe("upstream_failed");
	expect(upstream.seen).toHaveLength(LIMITS.redirects + 1);
});

test("redirects never send more than was held for the call", async () => {
	const body = "b".repeat(100_000);
	const { outcome, first } = await seenAfter(307, { method: "POST", body }, () => "/start");
	expect(codeOf(outcome)).toBe("upstream_failed");
	expect(first).toHaveLength(2);
	expect(outcome.cost.egressBytes).toBeGreaterThan(200_000);
});

test("redirect: manual gives the redirect itself, redirect: error fails, and the grant may refuse them all", async () => {
	const manual = await seenAfter(302, { redirect: "manual" }, () => "https://evil.example.com/");
	expect(responseOf(manual.outcome)).toMatchObject({
		status: 302,
		headers: expect.arrayContaining([["location", "https://evil.example.com/"]]),
	});
	expect(codeOf((await seenAfter(302, { redirect: "error" }, () => "/end")).outcome)).toBe("upstream_failed");
	expect(codeOf((await seenAfter(302, {}, () => "/end", { redirects: "refuse" })).outcome)).toBe("egress_denied");
	expect(responseOf((await seenAfter(302, { redirect: "manual" }, () => "/end", { redirects: "refuse" })).outcome).status).toBe(302);
});

test.each([
	["302 without a location", 302, null],
	["300 with a location", 300, "/end"],
	["304 with a location", 304, "/end"],
	["201 with a location", 201, "/end"],
])("%s is an answer, not a redirect", async (_name, status, location) => {
	const { outcome, first } = await seenAfter(status, {}, () => location);
	expect(responseOf(outcome).status).toBe(status);
	expect(first).toHaveLength(1);
});

test("a location's fragment is dropped, and what the far side echoes of the secret in it is redacted", async () => {
	const { outcome } = await seenAfter(302, {}, () => `/end?t=${SECRET}#frag`, { inject: INJECT });
	expect(responseOf(outcome).url).toMatch(/\/end\?t=\[redacted\]$/);
});
