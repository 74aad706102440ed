import { describe, expect, test } from "vitest";
import { guardAddress } from "../../../worker/verbs/http-fetch/address-guard.ts";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import { HOSTILE_URLS } from "./hostile-urls.ts";
import { prepared } from "./perform.ts";

const NONE: ReadonlySet<string> = new Set();
const opens = (text: string, developmentHosts = NONE): boolean => {
	const url = URL.parse(text);
	return url !== null && guardAddress(url, developmentHosts).kind === "open";
};

describe("guardAddress()", () => {
	test("is asked about more than 200 different hostile URLs", () => {
		expect(new Set(HOSTILE_URLS).size).toBeGreaterThan(200);
	});

	test.each(HOSTILE_URLS)("refuses %s", (text) => {
		expect(opens(text)).toBe(false);
		// Development hosts on other ports open nothing.
		expect(
			opens(text, new Set(["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "10.0.0.1:80", "169.254.169.254:80", "router:443"])),
		).toBe(false);
	});

	test.each(HOSTILE_URLS)("leaves no way for %s through a grant for a public name", (text) => {
		const grant = httpFetch.bind({ verb: "http.fetch", allow: [{ host: "*.example.org", scheme: "any" }, { host: "example.org" }] });
		expect(prepared(grant, "fetch", [{ url: text }]).decision).toMatchObject({ kind: "denied", code: "egress_denied" });
	});

	test.each([
		"https://api.github.com/",
		"http://example.com:8080/x",
		"https://EXAMPLE.com./",
		"https://8.8.8.8/",
		"https://[2606:4700:4700::1111]/",
		"https://xn--bcher-kva.de/",
		"https://bücher.de/",
		"https://a_b.example.com/",
		"https://172.32.0.1/",
		"https://100.128.0.1/",
		"https://localhost.example.com/",
		"https://notlocal.com/",
	])("opens %s", (text) => {
		expect(opens(text)).toBe(true);
	});

	test("opens loopback exactly at the host and port that the operator named", () => {
		expect(opens("http://127.0.0.1:8080/", new Set(["127.0.0.1:8080"]))).toBe(true);
		expect(opens("http://2130706433:8080/", new Set(["127.0.0.1:8080"]))).toBe(true);
		expect(opens("http://localhost/", new Set(["localhost:80"]))).toBe(true);
		expect(opens("https://localhost/", new Set(["localhost:443"]))).toBe(true);
		expect(opens("http://[::1]:1/", new Set(["[::1]:1"]))).toBe(true);
		expect(opens("http://127.0.0.1:8081/", new Set(["127.0.0.1:8080"]))).toBe(false);
		expect(opens("http://127.0.0.2:8080/", new Set(["127.0.0.1:8080"]))).toBe(false);
		expect(opens("http://localhost:8080/", new Set(["127.0.0.1:8080"]))).toBe(false);
	});

	test("opens nothing but loopback, whatever the operator named", () => {
		expect(opens("http://10.0.0.1:80/", new Set(["10.0.0.1:80"]))).toBe(false);
		expect(opens("http://a.localhost:80/", new Set(["a.localhost:80"]))).toBe(false);
	});
});
