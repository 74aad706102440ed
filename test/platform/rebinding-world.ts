import { createServer } from "node:http";
import type { Socket } from "node:net";
import { HONEST, PUBLIC_V4, PUBLIC_V6, REBINDINGS } from "./rebinding-names.ts";
import { startResolver } from "./resolver.ts";
import { pageOf } from "../../contract/common.ts";
import { Delivery, NewEndpoint } from "../../contract/endpoints.ts";
import { makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";

/**
 * Run by rebinding.test.ts in namespaces of its own, where a public address lies on the loopback device and the resolver is ours: a real platform,
 * a program that fetches every name twice, an endpoint at each name that leads inwards from the beginning, and a listener on every address that counts who
 * reached it. Prints one line of JSON.
 */
const PORT = 8080;
const isPublic = (address: string): boolean => [PUBLIC_V4, PUBLIC_V6, `::ffff:${PUBLIC_V4}`].includes(address);

const reached: string[] = [];
const listener = createServer((_, response) => response.writeHead(200, { connection: "close" }).end("reached"));
listener.on("connection", (socket: Socket) => reached.push(socket.localAddress ?? "?"));
await new Promise<void>((resolve) => listener.listen(PORT, "::", resolve));
const resolver = await startResolver([...HONEST, ...REBINDINGS]);

/** What becomes of webhooks to names that lead inwards: `error` of each one's first attempt. */
const deliverInwards = async ({ api }: Platform): Promise<(string | null)[]> => {
	const labels = REBINDINGS.map(({ label }) => label).filter((label) => /^(?:inward|alias)-/.test(label));
	for (const label of labels) {
		const url = `https://${label}.rebind.example.com:${PORT}/`;
		await api.expect(201, NewEndpoint, "POST", "/v1/endpoints", { url, events: ["agent.disabled"] });
	}
	const agent = await makeAgent(api, { name: "told-of" });
	await api.request("POST", `/v1/agents/${agent.id}/disable`);
	const { data } = await pollUntil(
		() => api.expect(200, pageOf(Delivery), "GET", "/v1/deliveries?limit=200"),
		(page) => page.data.length === labels.length && page.data.every(({ attemptCount }) => attemptCount > 0),
	);
	return data.map(({ attempts }) => (attempts[0] === undefined ? "no attempt" : attempts[0].error));
};

const developmentHosts = process.argv.slice(2);
const platform = await startPlatform(developmentHosts);
try {
	await makeAgent(platform.api, {
		name: "rebound",
		policy: {
			grants: {
				web: {
					verb: "http.fetch",
					allow: [{ host: `*.rebind.example.com:${PORT}`, scheme: "http" }],
					limits: { timeoutMs: 20_000, calls: 500 },
				},
			},
			limits: { wallMs: 60_000, cpuMs: 5_000, calls: 500 },
		},
	});
	const run = await platform.api.run({
		agent: "rebound",
		program: `export default async ({ labels, port }, env) => {
			return Promise.all(labels.map(async (label) => {
				const go = () => env.web.fetch("http://" + label + ".rebind.example.com:" + port + "/").then((r) => "answered " + r.status, (e) => e.code);
				return [label, await go(), await go()];
			}));
		};`,
		input: { labels: [...HONEST, ...REBINDINGS].map(({ label }) => label), port: PORT },
		limits: { wallMs: 60_000, cpuMs: 5_000, calls: 500 },
	});
	const delivered = await deliverInwards(platform);
	const counted = { delivered, inward: reached.filter((address) => !isPublic(address)), outward: reached.filter(isPublic).length };
	console.log(JSON.stringify({ status: run.status, error: run.error, result: run.result, ...counted }));
} finally {
	await platform.stop();
	listener.close();
	resolver.close();
}
