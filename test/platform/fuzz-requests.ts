import fc from "fast-check";
import type { Operation } from "../../contract/operation.ts";
import { aboutShaped, NASTY_TEXTS } from "./fuzz-shapes.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A request as its bytes are: everything is said outright, so that a client's library mends nothing. */
export interface RawRequest {
	readonly method: string;
	/** With its query; printable ASCII without spaces. */
	readonly target: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Body | null;
}

/** A body that a report of a failure names, instead of listing its bytes. */
export class Body {
	readonly bytes: Uint8Array;
	readonly #what: string;

	constructor(what: string, bytes: Uint8Array) {
		this.#what = what;
		this.bytes = bytes;
	}

	[fc.toStringMethod](): string {
		return this.#what;
	}
}

const json = (value: unknown): Body => {
	const text = JSON.stringify(value) ?? "null";
	return new Body(text.length > 3_000 ? `${text.slice(0, 3_000)}... (${text.length} characters)` : text, utf8(text));
};

/** Who asks. */
export interface Keys {
	readonly tenant: string;
	readonly operator: string;
}

/** Bodies that are no JSON, or JSON that nobody should take. */
const BAD_BODIES: readonly (readonly [why: string, body: Uint8Array])[] = [
	["empty", utf8("")],
	["cut off", utf8('{"name":"a')],
	["trailing data", utf8('{"name":"a"} {}')],
	["trailing comma", utf8('{"name":"a",}')],
	["NaN", utf8('{"name":NaN}')],
	["1e400", utf8('{"name":1e400}')],
	["deep arrays", utf8("[".repeat(100_000))],
	["deep arrays, closed", utf8("[".repeat(100_000) + "]".repeat(100_000))],
	["deep objects", utf8(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`)],
	["twice", utf8('{"name":"a","name":"b"}')],
	["twice, below", utf8('{"input":[{"a":{"x":1,"\\u0078":2}}]}')],
	["__proto__", utf8('{"__proto__":{"scopes":["write:keys"]},"name":"a"}')],
	["__proto__ in escapes", utf8('{"\\u005f_proto__":{"isAdmin":true},"name":"a"}')],
	["constructor.prototype", utf8('{"constructor":{"prototype":{"isAdmin":true}},"name":"a"}')],
	["byte order mark", utf8('\uFEFF{"name":"a"}')],
	["UTF-16", new Uint8Array([0xff, 0xfe, 123, 0, 125, 0])],
	["broken UTF-8", new Uint8Array([123, 34, 0xc3, 0x28, 34, 58, 49, 125])],
	["lone surrogate as UTF-8", new Uint8Array([34, 0xed, 0xa0, 0x80, 34])],
	["NUL bytes", new Uint8Array(64)],
	["many values", utf8(`[${"0,".repeat(500_000)}0]`)],
	["many keys", utf8(`{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":0`).join(",")}}`)],
	["a long number", utf8(`{"name":${"9".repeat(100_000)}}`)],
	["a scalar", utf8("7")],
	["null", utf8("null")],
];

const paths = fc.oneof(
	{ weight: 3, arbitrary: fc.constantFrom("a", "default", "local", "fuzzed") },
	{ weight: 2, arbitrary: fc.constantFrom(...NASTY_TEXTS.filter((text) => text.isWellFormed()).map(encodeURIComponent)) },
	{
		weight: 2,
		arbitrary: fc.constantFrom("%00", "%zz", "%", "..%2fkeys", "%2e%2e", "%252e", "%ff%fe", "a/b", ";x", "%ed%a0%80", "%c0%ae"),
	},
);

const idsLike = fc
	.tuple(fc.constantFrom("run", "agt", "key", "ten", "apr", "cal", "res"), fc.constantFrom(26, 42, 25, 0))
	.map(([kind, length]) => `${kind}_${"0".repeat(length)}`);

/** The operation's path with something for each parameter: ids that there are, ids that could be, and what is none. */
const targetsOf = ({ path }: Operation, known: readonly string[]): fc.Arbitrary<string> => {
	const parts = path.split(/(\{[a-z]+\})/i);
	return fc
		.tuple(...parts.map((part) => (part.startsWith("{") ? fc.oneof(paths, idsLike, fc.constantFrom(...known)) : fc.constant(part))))
		.map((filled) => filled.join(""));
};

const queryText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

const queriesOf = ({ query }: Operation): fc.Arbitrary<string> => {
	const shaped = aboutShaped(query).map((value) => {
		const entries = typeof value === "object" && value !== null ? Object.entries(value).filter(([, each]) => each !== undefined) : [];
		return entries
			.map(
				([name, each]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(queryText(each).toWellFormed().slice(0, 900))}`,
			)
			.join("&");
	});
	const odd = fc.constantFrom(
		"limit=1&limit=2",
		"a[]=1",
		"%zz",
		"=",
		"&&&",
		"cursor=%00",
		"cursor=eyJhIjoxfQ",
		"__proto__=1",
		"limit=1e400",
		"sort=name;--",
		"%ff=%fe",
	);
	return fc.oneof({ weight: 3, arbitrary: shaped }, { weight: 1, arbitrary: odd }, { weight: 2, arbitrary: fc.constant("") });
};

const bodiesOf = ({ body, stream }: Operation): fc.Arbitrary<Body | null> => {
	const bad = fc.constantFrom(...BAD_BODIES.map(([what, bytes]) => new Body(what, bytes)));
	if (body === null && stream === undefined) return fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: bad });
	if (body === null)
		return fc.oneof(
			bad,
			fc.uint8Array({ maxLength: 200 }).map((bytes) => new Body(bytes.join(" "), bytes)),
			fc.constant(new Body("CSV", utf8("a,b\n1,2\n"))),
		);
	return fc.oneof({ weight: 4, arbitrary: aboutShaped(body).map(json) }, { weight: 2, arbitrary: bad });
};

/** Mostly absent; else any of these. */
const rarely = (...values: readonly string[]): fc.Arbitrary<string | undefined> =>
	fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...values) });

const headersOf = (operation: Operation, keys: Keys): fc.Arbitrary<Record<string, string>> => {
	const key = operation.access.kind === "operator" ? keys.operator : keys.tenant;
	const authorization = fc.oneof(
		{ weight: 14, arbitrary: fc.constant(`Bearer ${key}`) },
		{
			weight: 1,
			arbitrary: fc.constantFrom(
				"",
				"Bearer",
				`Bearer ${key}x`,
				`bearer  ${key}`,
				`Bearer ${key}, Bearer ${key}`,
				"Basic YTpi",
				`Bearer ${"x".repeat(10_000)}`,
				"Bearer \xff",
			),
		},
	);
	const types = ["application/json", ...(operation.stream?.contentTypes ?? [])];
	return fc
		.record({
			authorization,
			"content-type": fc.oneof(
				{ weight: 10, arbitrary: fc.constantFrom(...types) },
				{
					weight: 1,
					arbitrary: fc.constantFrom(
						"text/plain",
						"application/json; charset=utf-16",
						"multipart/form-data",
						"\xff",
						";;;",
						"x".repeat(3_000),
					),
				},
			),
			"content-encoding": rarely("gzip", "identity", "x"),
			"idempotency-key": rarely("fuzz", "x".repeat(256), "\xe9", " ", "{}"),
			"last-event-id": rarely("1", "-1", "1e400", "x".repeat(5_000), "\xff"),
			accept: rarely("text/html", "*/*", "text/csv", "\xff;q=9"),
			origin: rarely("null", "https://evil.example"),
			"x-http-method-override": rarely("DELETE"),
			"x-forwarded-for": rarely("127.0.0.1", "x"),
			"x-request-id": rarely("00000000-0000-0000-0000-000000000000"),
			range: rarely("bytes=0-", "bytes=9999999999999999999-"),
			cookie: rarely(`key=${keys.tenant.slice(0, 10)}`),
		})
		.map((all) => Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))));
};

/** Requests to an operation: near what it takes, and far from it. @param known ids and names that there are */
export const requestsTo = (operation: Operation, keys: Keys, known: readonly string[]): fc.Arbitrary<RawRequest> =>
	fc
		.record({
			target: targetsOf(operation, known),
			query: queriesOf(operation),
			headers: headersOf(operation, keys),
			body: bodiesOf(operation),
		})
		.map(({ target, query, headers, body }) => ({
			method: operation.method,
			target: query === "" ? target : `${target}?${query}`,
			headers,
			body,
		}));
