import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ADDRESS_CORPUS } from "./address-corpus.ts";
import { type SharedPlatform, sharePlatform } from "./share-platform.ts";
import { makeAgent } from "./start-platform.ts";
import { type Canary, startCanary, startUpstream, type Upstream } from "./upstream.ts";

let platform: SharedPlatform;
let upstream: Upstream;
let canary: Canary;
beforeAll(async () => {
	platform = await sharePlatform();
	[upstream, canary] = await Promise.all([startUpstream(platform.ports[0]), startCanary()]);
	await makeAgent(platform.api, {
		name: "guarded",
		policy: {
			grants: {
				web: { verb: "http.fetch", allow: [{ host: upstream.host, scheme: "http" }] },
				// The widest rules that a policy may have.
				wide: {
					verb: "http.fetch",
					allow: ["*.com.example", "*.example.com", `127.0.0.1:${canary.port}`, `localhost:${canary.port}`, `[::1]:${canary.port}`].map(
						(host) => ({ host, scheme: "any" }),
					),
				},
			},
			limits: { wallMs: 60_000, cpuMs: 20_000, calls: 10_000 },
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([upstream.close(), canary.close()]);
});

const Said = z.array(z.tuple([z.string(), z.string()]));
const PROGRAM = `export default async ({ urls, upstream, way }, env) => {
	const ways = {
		grant: (url) => env.wide.fetch(url),
		redirect: (url) => env.web.fetch("http://" + upstream + "/redirect?to=" + encodeURIComponent(url)),
	};
	return Promise.all(urls.map(async (url) => [url, await ways[way](url).then((r) => "answered " + r.status + " " + r.url, (e) => e.code)]));
};`;
const BATCH = 60;
/** Each call goes through the whole platform. */
const TIMEOUT_MS = 180_000;

/** At the port where somebody would notice, where the text has room for one. */
const withPort = (url: string): string => url.replace(/^(https?:\/\/[^/]+)\/$/, `$1:${canary.port}/`);

/** A part of the corpus has every notation all the same; the whole is tried against the guard itself, by test/node/verbs/address-corpus.test.ts. */
const everyNth = (step: number): string[] => ADDRESS_CORPUS.filter((_, index) => index % step === 0).map(withPort);

const triedBy = async (way: "grant" | "redirect", urls: readonly string[]): Promise<z.infer<typeof Said>> => {
	const said: z.infer<typeof Said> = [];
	for (let at = 0; at < urls.length; at += BATCH) {
		const input = { urls: urls.slice(at, at + BATCH), upstream: upstream.host, way };
		const run = await platform.api.run({ agent: "guarded", language: "javascript", program: PROGRAM, input });
		expect(run.error).toBeNull();
		said.push(...Said.parse(run.result));
	}
	return said;
};

describe("spellings of private addresses and inward names", () => {
	test("are refused to a program, 300 of them and more, without a packet", { timeout: TIMEOUT_MS }, async () => {
		const said = await triedBy("grant", everyNth(2));
		expect(said.length).toBeGreaterThanOrEqual(300);
		expect(said.filter(([, what]) => what !== "egress_denied" && what !== "invalid_arguments")).toEqual([]);
		expect(canary.connections()).toBe(0);
	});

	test("are refused as places that an allowed host redirects to, each without a packet", { timeout: TIMEOUT_MS }, async () => {
		// A header has no room for line breaks.
		const said = await triedBy(
			"redirect",
			everyNth(4).filter((url) => !/[\r\n]/.test(url)),
		);
		// What a parser takes for a path of the host that redirects stays there.
		const stays = said.filter(([, what]) => what.startsWith(`answered 200 http://${upstream.host}/`));
		expect(said.filter((each) => each[1] !== "egress_denied" && !stays.includes(each))).toEqual([]);
		expect(stays.length).toBeLessThan(10);
		expect(canary.connections()).toBe(0);
	});

	test("and the upstream that is allowed is reached the same ways", async () => {
		const run = await platform.api.run({
			agent: "guarded",
			language: "javascript",
			program: PROGRAM,
			input: { urls: [`http://${upstream.host}/here`], upstream: upstream.host, way: "redirect" },
		});
		expect(run.result).toEqual([[`http://${upstream.host}/here`, `answered 200 http://${upstream.host}/here`]]);
	});
});
