/*
 * H25 Makes and changes endpoints to every spelling of private addresses, and to URLs that two parsers read in two ways
 * wall: webhooks
 * covers: H05, H11, H13
 * ends: held
 */
import { ADDRESS_CORPUS } from "../../../platform/address-corpus.ts";
import { SPELLINGS } from "../../../platform/private-addresses.ts";
import { hookTenant } from "../../hook-tenant.ts";
import { type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const { port } = scene.forbidden;
	const { host } = scene.servers.receiver;
	const endpoint = await tenant.endpoint({ url: scene.servers.receiver.urlOf(), events: ["*"] });
	const odd = [
		...[
			`http://user:password@${host}/`,
			`http://user@${host}/`,
			`http://@${host}@127.0.0.1:${port}/`,
			`http://${host}#@127.0.0.1:${port}/`,
		],
		...[
			`http://${host}/#fragment`,
			`http://${host}\\@127.0.0.1:${port}/`,
			`http://${host}\r\nHost: x/`,
			`http://${host}/a\r\nX: y`,
			`http://${host}/a\tb`,
		],
		...[
			`http://${host}/%2e%2e/x`,
			`http://${host}/a%0d%0aX:y`,
			`http:\\\\${host}\\`,
			`//${host}/`,
			host,
			`ftp://${host}/`,
			`ws://${host}/`,
			"data:,x",
		],
		...[
			"javascript:alert(1)",
			"file:///etc/passwd",
			"blob:http://x/",
			"http://",
			"https://",
			"https:///x",
			"https://intranet/",
			"http://api.example.com/",
		],
		...["https://example.com:65536/", `https://${"a".repeat(5_000)}.example.com/`, `https://example.com/${"a".repeat(10_000)}`, "", " "],
		...[
			null,
			1,
			{},
			[],
			`https://example.com/${"a/".repeat(300)}`,
			"https://exa mple.com/",
			"https://example.com\u0000.localhost/",
			"https://[::1",
			"https://１２７.0.0.1/",
		],
	];
	// Over http none is taken for its scheme alone; a public name with dots behind it is that name.
	const corpus = ADDRESS_CORPUS.filter((url, index) => index % 4 === 0 && !/^https?:\/\/example\.com\.*\//.test(url)).map((url) =>
		url.replace(/^http:/, "https:"),
	);
	const spellings = SPELLINGS.flatMap((each) => [`http://${each}:${port}/`, `https://${each}/`]);
	const urls: unknown[] = [...odd, ...spellings, ...corpus];
	const probes: Probe[] = urls.map((url, index) =>
		index % 4 === 3
			? { method: "PATCH", path: `/v1/endpoints/${endpoint.id}`, key: tenant.key, body: { url } }
			: { method: "POST", path: "/v1/endpoints", key: tenant.key, body: { url, events: ["*"] } },
	);
	const answers = await probeAll(scene, probes);
	const taken = answers.flatMap(({ status }, index) => (status === 400 ? [] : [[status, urls[index]]]));
	want(`Endpoints of ${urls.length} URLs that were taken`, taken.length === 0, taken.slice(0, 12));
	want("The endpoint's own URL", (await tenant.api.request("GET", `/v1/endpoints/${endpoint.id}`)).status === 200, "gone");
};
