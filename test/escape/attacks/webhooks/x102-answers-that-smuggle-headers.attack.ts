/*
 * X102 Answers webhooks from the program with headers of its own, statuses that switch protocols, pages, and line breaks in values
 * wall: viewer
 * ends: held
 */
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

/** What nobody but the platform may say. */
const OURS = [
	"set-cookie",
	"location",
	"refresh",
	"transfer-encoding",
	"access-control-allow-origin",
	"alt-svc",
	"link",
	"server",
	"x-evil",
	"www-authenticate",
	"clear-site-data",
	"service-worker-allowed",
	"content-encoding",
	"trailer",
];
const LEFT_OUT = Object.fromEntries(OURS.map((name) => [name, name === "location" ? "https://evil.example.com/" : "evil"]));

/** What a program says, and the statuses that may come of it. */
const SAID: readonly (readonly [what: string, answer: unknown, statuses: readonly number[]])[] = [
	[
		"headers of the platform's own",
		{
			status: 200,
			headers: {
				...LEFT_OUT,
				"content-security-policy": "default-src *",
				"x-frame-options": "ALLOWALL",
				"x-request-id": "evil",
				"content-length": "1",
				connection: "upgrade",
			},
			body: "fine",
		},
		[200],
	],
	[
		"the same in other cases",
		{ headers: { "Set-Cookie": "evil=1", LOCATION: "https://evil.example.com/", "Content-Security-Policy": "x" }, body: "fine" },
		[200],
	],
	["line breaks in a value", { headers: { "retry-after": "1\r\nset-cookie: evil=1" }, body: "fine" }, [500]],
	["line breaks in a media type", { headers: { "content-type": "text/plain\r\nset-cookie: evil=1" }, body: "fine" }, [500]],
	["line breaks in a name", { headers: { "retry-after\r\nset-cookie": "evil" }, body: "fine" }, [200, 500]],
	["two spellings of one header", { headers: { "content-type": "text/plain", "Content-Type": "text/html" }, body: "<script>" }, [200, 500]],
	...[
		"text/html",
		"text/html;a=b",
		"image/svg+xml",
		"application/xhtml+xml",
		"text/xml",
		"application/javascript",
		"text/plain; charset=utf-7",
		"multipart/x-mixed-replace",
		"text/event-stream",
		"",
		"*/*",
	].map((type): [string, unknown, number[]] => [
		`the media type ${type}`,
		{ headers: { "content-type": type }, body: "<script>alert(1)</script>" },
		[500],
	]),
	...[100, 101, 103, 199, 300, 301, 302, 304, 307, 308, 600, 999, -1, 0, 200.5, 1e20, "200", null].map(
		(status): [string, unknown, number[]] => [`the status ${status}`, { status, body: "x" }, [500]],
	),
	["no body under 204", { status: 204, body: "x".repeat(1000) }, [204]],
	["no body under 205", { status: 205, headers: { "content-type": "text/plain" }, body: { a: 1 } }, [205]],
	["a body of a megabyte", { body: "x".repeat(300 * 1024) }, [500]],
	["a header of ten kilobytes", { headers: { "retry-after": "1".repeat(10_000) } }, [500]],
	["fields that nobody asked for", { status: 200, statusText: "x", body: "x" }, [500]],
	["what is no answer", "<script>alert(1)</script>", [500]],
	["a list", [200, {}, "x"], [500]],
	["headers with odd names", { headers: { __proto__x: "1", constructor: "1", "": "1", "retry-after ": "1" }, body: "fine" }, [200, 500]],
];
const TYPES = /^(application\/json|text\/(plain|csv); charset=utf-8|application\/x-www-form-urlencoded; charset=utf-8)$/;

export const attack = async (scene: Scene): Promise<void> => {
	const program = `export default async (input) => { if (input.body.throws) throw new Error("secret of the program"); return input.body.answer; };`;
	const tenant = await hookTenant(scene, { program, policy: { grants: {}, limits: { wallMs: 20_000 } } });
	const trigger = await tenant.trigger({ scheme: "github", wait: 25 });
	for (const [what, answer, statuses] of SAID) {
		const hook = signedHook("github", {
			secret: tenant.secret,
			body: JSON.stringify({ what, answer }),
			id: what.replaceAll(/[^a-z0-9]/gi, "-"),
		});
		const said = await sendHook(scene, trigger, hook);
		wantStatus(`A program that answers ${what}`, [said], ...statuses);
		const { headers, text } = said;
		const evil = [...headers].filter(
			([name, value]) => OURS.includes(name) || /evil/.test(`${name}${value}`) || headers.get("connection") === "upgrade",
		);
		want(`Headers after ${what}`, evil.length === 0, evil);
		const isStamped =
			headers.get("x-content-type-options") === "nosniff" && (headers.get("content-security-policy") ?? "").includes("default-src 'none'");
		want(`What is stamped after ${what}`, isStamped, [...headers]);
		const type = headers.get("content-type");
		want(`The media type after ${what}`, type === null ? text === "" : TYPES.test(type), type);
		want(`The text after ${what}`, said.status !== 500 || !text.includes("script"), text);
		// Who repeats it is answered as the first time, with nothing more.
		if (what.startsWith("headers")) want("A repeat", (await sendHook(scene, trigger, hook)).text === text, text);
	}
	const failed = await sendHook(scene, trigger, signedHook("github", { secret: tenant.secret, body: '{"throws":true}' }));
	want(
		"What a sender learns of a program that throws",
		failed.status === 500 && !failed.text.includes("secret of the program") && !failed.text.includes("at "),
		failed.text,
	);
};
