import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { Key, NewKey } from "../../../contract/tenants.ts";
import { readLocator } from "../../../worker/tenants/key-value.ts";
import { ask, errorOf, newKey, newTenant, testEnv } from "../http/ask.ts";

const listStatus = async (key: string): Promise<number> => (await ask("GET", "/v1/keys", { key })).status;
const KeyPage = z.object({ data: z.array(Key), nextCursor: z.string().nullable() });

/** The bindings with a database that counts what is asked of it. */
const countingEnv = () => {
	let asked = 0;
	const DB = new Proxy(env.DB, {
		get: (database, name) => {
			asked += 1;
			const member: unknown = Reflect.get(database, name);
			return typeof member === "function" ? member.bind(database) : member;
		},
	});
	return { env: { ...testEnv, DB }, asked: () => asked };
};

describe("a key's value", () => {
	test("has the form that scanners look for, and 160 random bits", async () => {
		const { key } = await newTenant();
		expect(key.value).toMatch(/^cordon_[0-9a-hjkmnp-tv-z]{12}_[0-9a-hjkmnp-tv-z]{32}_[0-9a-hjkmnp-tv-z]{6}$/);
		expect(key.value.startsWith(`${key.prefix}_`)).toBe(true);
	});

	test("with one character changed is refused without a question to the database", async () => {
		const { key } = await newTenant();
		const counting = countingEnv();
		for (const at of [8, 25, key.value.length - 1]) {
			const other = key.value.charAt(at) === "0" ? "1" : "0";
			const changed = key.value.slice(0, at) + other + key.value.slice(at + 1);
			expect((await ask("GET", "/v1/keys", { key: changed, env: counting.env })).status).toBe(401);
		}
		expect(counting.asked()).toBe(0);
	});

	test("whose secret is wrong but whose checksum is right is refused", async () => {
		const [mine, other] = [await newTenant(), await newTenant()];
		const [, locator] = mine.key.value.split("_");
		const [, , secret] = other.key.value.split("_");
		const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`cordon key checksum ${locator} ${secret}`));
		const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
		const checksum = Array.from(new Uint8Array(digest).subarray(0, 6), (byte) => alphabet.charAt(byte % 32)).join("");
		const forged = `cordon_${locator}_${secret}_${checksum}`;
		expect(await readLocator(forged)).toBe(locator);
		expect(await listStatus(forged)).toBe(401);
	});

	test("is nowhere in the database, nor its secret part, nor in any list", async () => {
		const { key } = await newTenant();
		const rows = await env.DB.prepare("select * from keys").all();
		const list = await ask("GET", "/v1/keys", { key: key.value });
		const [, , secret = ""] = key.value.split("_");
		expect(secret).toHaveLength(32);
		for (const text of [JSON.stringify(rows.results), list.text]) expect(text).not.toContain(secret);
	});
});

describe("an Authorization header", () => {
	test("that is doubled, of another scheme or not ASCII is refused", async () => {
		const { key } = await newTenant();
		const values = [
			key.value,
			`Basic ${key.value}`,
			`Bearer ${key.value}, Bearer ${key.value}`,
			`Bearer ${key.value} x`,
			"Bearer clé",
			"Bearer",
		];
		for (const authorization of values)
			expect((await ask("GET", "/v1/keys", { headers: { authorization } })).status, authorization).toBe(401);
		expect((await ask("GET", "/v1/keys", { headers: { authorization: `bearer  ${key.value}` } })).status).toBe(200);
	});
});

describe("making a key", () => {
	test("gives the calling key's scopes where none are named, and never one more", async () => {
		const { key } = await newTenant();
		const narrow = await newKey(key.value, { scopes: ["write:keys", "read:runs"] });
		expect((await newKey(narrow.value, {})).scopes).toEqual(["write:keys", "read:runs"]);
		const answer = await ask("POST", "/v1/keys", { key: narrow.value, body: { name: "a", scopes: ["read:runs", "write:runs"] } });
		expect(answer.status).toBe(403);
		expect(errorOf(answer)).toMatchObject({ code: "forbidden", scope: "write:runs" });
	});

	test("that would be expired already is refused", async () => {
		const { key } = await newTenant();
		const answer = await ask("POST", "/v1/keys", { key: key.value, body: { name: "a", expiresAtMs: Date.now() } });
		expect(answer.status).toBe(400);
		expect(errorOf(answer).message).toContain("expiresAtMs");
	});

	test("stops at the tenant's limit, and goes on when one is revoked", async () => {
		const tenant = await newTenant();
		const insert = env.DB.prepare(
			"insert into keys with recursive n(i) as (select 1 union all select i + 1 from n where i < ?3) select ?2 || i, ?1, 'x', ?2 || i, '', '[]', 1, null, null from n",
		);
		await insert.bind(tenant.id, tenant.id, LIMITS.keysPerTenant - 2).run();
		const last = await newKey(tenant.key.value, {});
		const refused = await ask("POST", "/v1/keys", { key: tenant.key.value, body: { name: "a" } });
		expect(refused.status).toBe(409);
		await ask("DELETE", `/v1/keys/${last.id}`, { key: tenant.key.value });
		await newKey(tenant.key.value, {});
	});
});

describe("revoking a key", () => {
	test("is seen by the next request, though the key was in memory", async () => {
		const { key } = await newTenant();
		const other = await newKey(key.value, {});
		expect(await listStatus(other.value)).toBe(200);
		await ask("DELETE", `/v1/keys/${other.id}`, { key: key.value });
		expect(await listStatus(other.value)).toBe(401);
	});

	test("is seen by all that begin after its answer, while 20 requests with the key are under way", async () => {
		const { key } = await newTenant();
		const other = await newKey(key.value, {});
		const during = Array.from({ length: 20 }, () => listStatus(other.value));
		await ask("DELETE", `/v1/keys/${other.id}`, { key: key.value });
		const after = await Promise.all(Array.from({ length: 20 }, () => listStatus(other.value)));
		await Promise.all(during);
		expect(new Set([...after, await listStatus(other.value)])).toEqual(new Set([401]));
	});

	test("works on the calling key itself, and a repeat answers with the first time", async () => {
		const { key } = await newTenant();
		const other = await newKey(key.value, {});
		const own = await ask("DELETE", `/v1/keys/${other.id}`, { key: other.value });
		const again = await ask("DELETE", `/v1/keys/${other.id}`, { key: key.value });
		expect(Key.parse(own.json).revokedAtMs).toBeGreaterThan(0);
		expect(again.json).toEqual(own.json);
	});
});

describe("rolling a key", () => {
	test("gives a new key of the same name, scopes and expiry, and the old one ends at once", async () => {
		const { key } = await newTenant();
		const old = await newKey(key.value, { name: "rolled", scopes: ["read:keys"], expiresAtMs: Date.now() + 600_000 });
		expect(await listStatus(old.value)).toBe(200);
		const answer = await ask("POST", `/v1/keys/${old.id}/roll`, { key: key.value });
		expect(answer.status).toBe(201);
		const next = NewKey.parse(answer.json);
		expect(next).toMatchObject({ name: "rolled", scopes: ["read:keys"], expiresAtMs: old.expiresAtMs });
		expect(await listStatus(old.value)).toBe(401);
		expect(await listStatus(next.value)).toBe(200);
	});

	test("that has more scopes than the calling key is refused: nobody rolls themselves up", async () => {
		const { key } = await newTenant();
		const narrow = await newKey(key.value, { scopes: ["write:keys"] });
		const answer = await ask("POST", `/v1/keys/${key.id}/roll`, { key: narrow.value });
		expect(answer.status).toBe(403);
		expect(await listStatus(key.value)).toBe(200);
	});

	test("ten times at once gives one new key", async () => {
		const { key } = await newTenant();
		const old = await newKey(key.value, {});
		const rolls = await Promise.all(Array.from({ length: 10 }, () => ask("POST", `/v1/keys/${old.id}/roll`, { key: key.value })));
		expect(rolls.map(({ status }) => status).toSorted()).toEqual([201, ...Array(9).fill(409)]);
		const { data } = KeyPage.parse((await ask("GET", "/v1/keys", { key: key.value })).json);
		expect(data.filter(({ name, revokedAtMs }) => name === "further" && revokedAtMs === null)).toHaveLength(1);
	});
});

test("a list of keys goes page by page, newest first, and another tenant's cursor leads to nothing of theirs", async () => {
	const [mine, theirs] = [await newTenant(), await newTenant()];
	const made = [mine.key.id];
	for (const _ of Array(4)) made.push((await newKey(mine.key.value, {})).id);
	for (const _ of Array(2)) await newKey(theirs.key.value, {});
	const seen: string[] = [];
	let cursor: string | null = "";
	while (cursor !== null) {
		const page = await ask("GET", `/v1/keys?limit=2${cursor && `&cursor=${cursor}`}`, { key: mine.key.value });
		const { data, nextCursor } = KeyPage.parse(page.json);
		seen.push(...data.map(({ id }) => id));
		cursor = nextCursor;
	}
	expect(seen.toSorted()).toEqual(made.toSorted());
	expect(seen).toEqual(seen.toSorted().toReversed());
	const foreign = KeyPage.parse((await ask("GET", "/v1/keys?limit=1", { key: theirs.key.value })).json).nextCursor;
	const answer = KeyPage.parse((await ask("GET", `/v1/keys?cursor=${foreign}`, { key: mine.key.value })).json);
	for (const { id } of answer.data) expect(made).toContain(id);
});
