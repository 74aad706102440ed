import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { SCHEMES } from "../../../contract/triggers.ts";
import { NOW_MS, NOW_SECONDS, OTHER_SECRET, OWN, refusedAs, SECRET, SENDERS, VERIFIED, verify } from "./signing.ts";

/** The lines of THREATS.md, section L, that a signature decides. */
const BODY = '{"id":"evt_1","type":"order.paid","total":1.10,"note":"caf\\u00e9"}';
const HEADER_OF = {
	standard: "webhook-signature",
	github: "x-hub-signature-256",
	stripe: "stripe-signature",
	slack: "x-slack-signature",
	hmac: "x-own-signature",
} as const;
const TIME_OF = { standard: "webhook-timestamp", slack: "x-slack-request-timestamp", hmac: "x-own-time" } as const;
const settings = { hmac: OWN };

describe.each(SCHEMES)("%s", (name) => {
	const sender = SENDERS[name];
	const signed = (over: { body?: string | Uint8Array; secret?: string; time?: string; id?: string } = {}) =>
		sender({ body: BODY, secret: SECRET, ...over });
	const ask = (headers: Record<string, string> | Headers, over: { body?: string | Uint8Array; secrets?: string[]; nowMs?: number } = {}) =>
		verify(name, { headers, body: BODY, secrets: [SECRET], settings, ...over });
	const withSignature = (change: (signature: string) => string) => {
		const headers = signed();
		return { ...headers, [HEADER_OF[name]]: change(headers[HEADER_OF[name]] ?? "") };
	};

	test("takes what its sender has signed", () => {
		expect(ask(signed())).toEqual(VERIFIED);
	});

	test("L01 refuses no signature, an empty one, a wrong one, and one that is cut or longer", () => {
		const { [HEADER_OF[name]]: _, ...without } = signed();
		expect(ask(without)).toEqual(refusedAs("missing"));
		expect(ask(withSignature(() => ""))).toEqual(refusedAs("missing"));
		expect(ask(signed({ secret: OTHER_SECRET }))).toEqual(refusedAs("invalid"));
		for (const change of [
			(text: string) => text.slice(0, -1),
			(text: string) => text.slice(0, -2),
			(text: string) => text.slice(0, -4),
			(text: string) => `${text}00`,
			(text: string) => `${text}AAAA`,
			(text: string) => text.replace(/[0-9a-f]/g, "0"),
			(text: string) => ` ${text}x`,
			() => "v0",
			() => "[]",
			() => ",",
			() => "=",
			() => "v1,",
			() => "v1=",
			() => "sha256=",
			() => "v0=",
		])
			expect(ask(withSignature(change)), String(change)).toEqual(refusedAs("invalid"));
	});

	test("L02 refuses the signature of the same JSON written otherwise", () => {
		for (const body of [
			JSON.stringify(JSON.parse(BODY)),
			BODY.replace("\\u00e9", "é"),
			` ${BODY}`,
			`${BODY}\n`,
			BODY.replace("1.10", "1.1"),
		]) {
			expect(JSON.parse(body)).toEqual(JSON.parse(BODY));
			expect(ask(signed(), { body })).toEqual(refusedAs("invalid"));
		}
	});

	test("signs bytes, also those that are no text", () => {
		const body = new Uint8Array([0xff, 0xfe, 0, 0x80, 0xc3, 0x28]);
		expect(ask(signed({ body }), { body })).toEqual(VERIFIED);
		const sameText = new TextEncoder().encode(new TextDecoder().decode(body));
		expect(ask(signed({ body }), { body: sameText })).toEqual(refusedAs("invalid"));
		expect(ask(signed({ body: "" }), { body: "" })).toEqual(VERIFIED);
	});

	test("L03 refuses a signature of another length whose beginning is right", () => {
		for (const change of [(text: string) => text.slice(0, text.length / 2), (text: string) => text + text]) {
			expect(ask(withSignature(change))).toEqual(refusedAs("invalid"));
		}
	});

	test("L08 header names are of any case, and a header that is there twice is refused", () => {
		const given = signed();
		const upper = Object.fromEntries(Object.entries(given).map(([header, value]) => [header.toUpperCase(), value]));
		expect(ask(upper)).toEqual(VERIFIED);
		const twice = new Headers(given);
		twice.append(HEADER_OF[name], given[HEADER_OF[name]] ?? "");
		expect(ask(twice)).toEqual(refusedAs("invalid"));
		for (const [header, value] of Object.entries(given).filter(([header]) => /time|webhook-id/.test(header))) {
			const doubled = new Headers(given);
			doubled.append(header, value);
			expect(ask(doubled), header).toEqual(refusedAs("invalid"));
		}
	});

	test("L10 refuses what another trigger's or tenant's secret has signed, and everything where there is no secret", () => {
		expect(ask(signed(), { secrets: [OTHER_SECRET] })).toEqual(refusedAs("invalid"));
		expect(ask(signed(), { secrets: [] })).toEqual(refusedAs("invalid"));
	});

	test("takes either of two secrets during a roll, and the old one no more afterwards", () => {
		for (const secret of [SECRET, OTHER_SECRET]) expect(ask(signed({ secret }), { secrets: [SECRET, OTHER_SECRET] })).toEqual(VERIFIED);
		expect(ask(signed(), { secrets: [OTHER_SECRET] })).toEqual(refusedAs("invalid"));
	});

	test.runIf(name !== "github")("L04 refuses a valid signature that is older than the window, or further ahead", () => {
		for (const [nowMs, says] of [
			[NOW_MS + 300_000, VERIFIED],
			[NOW_MS + 300_001, refusedAs("late")],
			[NOW_MS - 300_000, VERIFIED],
			[NOW_MS - 300_001, refusedAs("late")],
			[NOW_MS - 600_000, refusedAs("late")],
		] as const)
			expect(ask(signed(), { nowMs }), String(nowMs)).toEqual(says);
		const ahead = verify(name, {
			headers: signed(),
			body: BODY,
			secrets: [SECRET],
			settings: { ...settings, toleranceSeconds: 3_600 },
			nowMs: NOW_MS - 600_000,
		});
		expect(ahead, "a wide window does not reach far ahead").toEqual(refusedAs("late"));
	});

	test.runIf(name !== "github")("L05 refuses times that are not whole seconds in digits, signed or not", () => {
		const seconds = NOW_MS / 1000;
		for (const time of [
			`${seconds}.0`,
			`-${seconds}`,
			`+${seconds}`,
			`0${seconds}`,
			"1e20",
			"1e9",
			"100000000000000000000",
			"NaN",
			"now",
			"0x6b",
			`${seconds}abc`,
		])
			expect(ask(signed({ time })), time).toEqual(refusedAs("invalid"));
		expect(["missing", "invalid"]).toContain(whyOf(ask(signed({ time: "" }))));
		if (name === "stripe" || name === "github") return;
		const { [TIME_OF[name]]: _, ...without } = signed();
		expect(ask(without)).toEqual(refusedAs("missing"));
	});
});

const whyOf = (verification: ReturnType<typeof verify>): string => (verification.kind === "refused" ? verification.why : "verified");

describe("many signatures", () => {
	const parts = SENDERS.standard({ body: BODY, secret: SECRET });
	const good = parts["webhook-signature"] ?? "";
	const wrong = `v1,${btoa("x".repeat(32))}`;
	const ask = (signature: string) =>
		verify("standard", { headers: { ...parts, "webhook-signature": signature }, body: BODY, secrets: [SECRET] });

	test("L06 any valid one counts, among those of other versions and of other secrets", () => {
		expect(ask(`${wrong} ${good}`)).toEqual(VERIFIED);
		expect(ask(`v1a,${btoa("y".repeat(64))} ${wrong} ${good}`)).toEqual(VERIFIED);
		expect(ask(good.replace("v1,", "v0,"))).toEqual(refusedAs("invalid"));
		expect(ask(good.replace("v1,", "V1,"))).toEqual(refusedAs("invalid"));
	});

	test("L06 only so many are compared", () => {
		const most = LIMITS.hookSignatures;
		expect(ask([...Array.from({ length: most - 1 }, () => wrong), good].join(" "))).toEqual(VERIFIED);
		expect(ask([...Array.from({ length: most }, () => wrong), good].join(" "))).toEqual(refusedAs("invalid"));
	});

	test("L06 ten thousand are refused before any is compared", () => {
		const many = Array.from({ length: 10_000 }, () => wrong);
		expect(ask([good, ...many].join(" "))).toEqual(refusedAs("invalid"));
		const stripe = SENDERS.stripe({ body: BODY, secret: SECRET })["stripe-signature"] ?? "";
		const flooded = { "stripe-signature": `${stripe}${`,v1=${"0".repeat(64)}`.repeat(10_000)}` };
		expect(verify("stripe", { headers: flooded, body: BODY, secrets: [SECRET] })).toEqual(refusedAs("invalid"));
	});

	test("L08 two joined with a comma are no list", () => {
		expect(ask(`${good},${good}`)).toEqual(refusedAs("invalid"));
		expect(ask(`${good}, ${good}`)).toEqual(refusedAs("invalid"));
		expect(ask(`${good}  ${good}`)).toEqual(refusedAs("invalid"));
	});
});

describe("what is joined before it is signed", () => {
	test("L07 an id or a time with a dot in it is refused, though the signed text is the same", () => {
		const { "webhook-signature": signature = "" } = SENDERS.standard({ body: `1.${BODY}`, secret: SECRET, id: "a", time: NOW_SECONDS });
		const shifted = { "webhook-id": `a.${NOW_SECONDS}`, "webhook-timestamp": "1", "webhook-signature": signature };
		expect(verify("standard", { headers: shifted, body: BODY, secrets: [SECRET], nowMs: 1_000 })).toEqual(refusedAs("invalid"));
		const dotted = SENDERS.standard({ body: BODY, secret: SECRET, id: "a.b" });
		expect(verify("standard", { headers: dotted, body: BODY, secrets: [SECRET] })).toEqual(refusedAs("invalid"));
	});

	test("an id that is too long, or has spaces or control characters in it, is refused", () => {
		for (const id of ["a b", "é", "x".repeat(LIMITS.hookIdChars + 1)])
			expect(
				verify("standard", {
					headers: SENDERS.standard({ body: BODY, secret: SECRET, id: encodeURI(id) === id ? id : "a b" }),
					body: BODY,
					secrets: [SECRET],
				}),
			).toEqual(refusedAs("invalid"));
	});

	test("Stripe's time is there once", () => {
		const header = SENDERS.stripe({ body: BODY, secret: SECRET })["stripe-signature"] ?? "";
		for (const changed of [`t=1,${header}`, `${header},t=${NOW_SECONDS}`, header.replace(/^t=\d+,/, "")])
			expect(verify("stripe", { headers: { "stripe-signature": changed }, body: BODY, secrets: [SECRET] })).toEqual(refusedAs("invalid"));
	});

	test("GitHub's old SHA-1 signature counts for nothing", () => {
		const { "x-hub-signature-256": signature = "" } = SENDERS.github({ body: BODY, secret: SECRET });
		expect(verify("github", { headers: { "x-hub-signature": signature }, body: BODY, secrets: [SECRET] })).toEqual(refusedAs("missing"));
	});
});
