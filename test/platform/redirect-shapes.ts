/** Where redirects may lead in a test: `host:port` of each. */
export interface Places {
	readonly upstream: string;
	/** What nothing allows. */
	readonly forbidden: string;
}

/** One way to redirect: what the far side answers, and what the program must be told. */
export interface RedirectShape {
	readonly name: string;
	/** The whole answer, latin1. */
	readonly raw: string;
	readonly method?: "GET" | "POST";
	/** `denied`: egress_denied. `failed`: upstream_failed. A number: that answer, from the upstream itself. */
	readonly ends: "denied" | "failed" | number;
}

const answer = (status: number, location: string, more = ""): string =>
	`HTTP/1.1 ${status} Redirected\r\nlocation: ${location}\r\n${more}content-length: 0\r\nconnection: close\r\n\r\n`;

/** Locations that lead to another place than the grant allows. */
const leaving = ({ upstream, forbidden }: Places): Readonly<Record<string, string>> => {
	const port = forbidden.split(":")[1] ?? "";
	return {
		"an absolute URL": `http://${forbidden}/`,
		"a URL without a scheme": `//${forbidden}/`,
		backslashes: `\\\\${forbidden}\\`,
		"a scheme and backslashes": `http:\\\\${forbidden}\\`,
		"a slash and a backslash": `/\\${forbidden}/`,
		"three slashes": `http:///${forbidden}/`,
		"five slashes": `/////${forbidden}/`,
		"a scheme in capitals": `HTTP://${forbidden}/`,
		"a user name": `http://user@${forbidden}/`,
		"the allowed host as user name": `http://${upstream}@${forbidden}/`,
		"a user name at the allowed host": `http://user:pass@${upstream}/`,
		"a tab within": `http://127.0.\t0.1:${port}/`,
		"a percent-encoded host": `http://%31%32%37.0.0.1:${port}/`,
		"a decimal address": `http://2130706433:${port}/`,
		"an octal address": `http://0177.0.0.1:${port}/`,
		"a short address": `http://127.1:${port}/`,
		"another name of loopback": `http://localhost:${port}/`,
		"a trailing dot": `http://localhost.:${port}/`,
		"IPv6 loopback": `http://[::1]:${port}/`,
		"IPv4 in IPv6": `http://[::ffff:127.0.0.1]:${port}/`,
		"any address": `http://0.0.0.0:${port}/`,
		"the metadata service": "http://169.254.169.254/latest/meta-data/",
		"another scheme of the same host": `https://${upstream}/`,
		"another port of the same host": `http://127.0.0.1:1/`,
		"a file": "file:///etc/passwd",
		data: "data:text/html,x",
		script: "javascript:alert(1)",
		"a blob": `blob:http://${upstream}/x`,
		"another protocol": `ftp://${upstream}/`,
		"a socket": `ws://${upstream}/`,
		"an encoded slash": "/a/..%2f..%2fadmin",
		"an encoded line break": "/a%0d%0ax-smuggled:%201",
		"an empty segment": "/a//b",
		"a parameter of a segment": "/a;x=1/b",
		"a URL without end": `/${"x".repeat(20_000)}`,
		"a name of nowhere": "http://evil.test/",
	};
};

/** Every shape of a redirect, of which none may lead a request out of the grant. */
export const redirectShapes = (places: Places): readonly RedirectShape[] => {
	const { upstream, forbidden } = places;
	const inward = `http://${forbidden}/`;
	const again = (to: string): string => `http://${upstream}/redirect?to=${encodeURIComponent(to)}`;
	return [
		...Object.entries(leaving(places)).map(([name, location]): RedirectShape => ({ name, raw: answer(302, location), ends: "denied" })),
		...[301, 303, 307, 308].map((status): RedirectShape => ({ name: `status ${status}`, raw: answer(status, inward), ends: "denied" })),
		...[307, 308].map(
			(status): RedirectShape => ({ name: `${status} with a body`, raw: answer(status, inward), method: "POST", ends: "denied" }),
		),
		...[300, 304, 305, 306, 200, 201, 202, 399].map(
			(status): RedirectShape => ({ name: `status ${status}, which is none`, raw: answer(status, inward), ends: status }),
		),
		{ name: "a chain that ends inwards", raw: answer(302, again(again(again(inward)))), ends: "denied" },
		{ name: "a circle", raw: answer(302, "/circle"), ends: "failed" },
		{ name: "an empty location", raw: answer(302, ""), ends: 302 },
		{ name: "two locations", raw: answer(302, `http://${upstream}/ok`, `location: ${inward}\r\n`), ends: "denied" },
		{ name: "a location that is folded", raw: answer(302, `http://${upstream}/\r\n ${inward}`), ends: "failed" },
		{ name: "no location", raw: answer(302, "").replace("location: \r\n", ""), ends: 302 },
		{ name: "one slash, which is a path", raw: answer(302, `http:/${forbidden}/`), ends: 200 },
		{ name: "no slash, which is a path", raw: answer(302, `http:${forbidden}/`), ends: 200 },
		{ name: "a path within the rules", raw: answer(302, "/landed#fragment"), ends: 200 },
		{
			name: "headers that a browser follows",
			raw: answer(200, "/", `refresh: 0;url=${inward}\r\ncontent-location: ${inward}\r\n`),
			ends: 200,
		},
	];
};
