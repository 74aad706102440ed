import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { Env } from "../../../worker/env.ts";
import { openSecret } from "../../../worker/secrets/open-secret.ts";
import { sealKeyProblem } from "../../../worker/secrets/seal.ts";
import { sealedSecrets } from "../../../worker/secrets/sealed-secrets.ts";
import { type Answer, ask, errorOf, newTenant, testEnv } from "../http/ask.ts";

type Owner = Awaited<ReturnType<typeof newTenant>>;

const put = (owner: Owner, name: string, value: unknown): Promise<Answer> =>
	ask("PUT", `/v1/secrets/${name}`, { key: owner.key.value, body: { value } });

const open = async (owner: Owner, name: string, bindings = testEnv): Promise<string | null> => {
	const bytes = await openSecret(bindings, owner.id, name);
	return bytes && new TextDecoder().decode(bytes);
};

describe("storing a secret", () => {
	test("seals it, opens it again, and counts its versions", async () => {
		const owner = await newTenant();
		expect((await put(owner, "token", "first 🔑")).json).toMatchObject({ name: "token", version: 1 });
		expect(await open(owner, "token")).toBe("first 🔑");
		expect((await put(owner, "token", "second")).json).toMatchObject({ name: "token", version: 2 });
		expect(await open(owner, "token")).toBe("second");
	});

	test("of exactly the limit in bytes is taken, of one byte more refused", async () => {
		const owner = await newTenant();
		expect((await put(owner, "token", "é".repeat(LIMITS.secretBytes / 2))).status).toBe(200);
		expect((await put(owner, "token", `${"é".repeat(LIMITS.secretBytes / 2)}x`)).status).toBe(400);
		expect(await open(owner, "token")).toBe("é".repeat(LIMITS.secretBytes / 2));
	});

	test.each([0, 1])("twenty times at once, with %d stored before, loses no write that was answered with success", async (before) => {
		const owner = await newTenant();
		if (before === 1) await put(owner, "token", "before");
		const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => put(owner, "token", `value ${index}`)));
		const kept = answers.flatMap(({ status }, index) => (status === 200 ? [`value ${index}`] : []));
		for (const { status } of answers) expect([200, 409]).toContain(status);
		expect(kept).toContain(await open(owner, "token"));
		const stored = await env.DB.prepare("select version from secrets where tenant_id = ?").bind(owner.id).first("version");
		expect(stored).toBe(before + kept.length);
	});

	test("stops at the tenant's limit, where stored ones can still be changed", async () => {
		const owner = await newTenant();
		await put(owner, "first", "one");
		const insert = env.DB.prepare(
			"insert into secrets with recursive n(i) as (select 1 union all select i + 1 from n where i < ?2) select ?1, 's' || i, ?1 || i, 1, '', 1, 1 from n",
		);
		await insert.bind(owner.id, LIMITS.secretsPerTenant - 2).run();
		expect((await put(owner, "last", "one")).status).toBe(200);
		expect((await put(owner, "over", "one")).status).toBe(409);
		expect((await put(owner, "first", "two")).status).toBe(200);
	});

	test("under a name that is none says what names may be", async () => {
		const owner = await newTenant();
		for (const name of ["a/b", "a%2fb", "a%20b", "-a", "a".repeat(65), "%00"]) {
			const answer = await put(owner, name, "one");
			expect(answer.status, name).toBe(400);
			expect(errorOf(answer).message).toMatch(
				/PUT \/v1\/secrets\/\{name\}: name: found .*, wanted (letters, digits, _ or -|at most 64 characters)/,
			);
		}
	});
});

describe("a secret's value", () => {
	test("is in no answer, no list and no refusal, whatever is wrong with the request", async () => {
		const owner = await newTenant();
		const value = "hunter2-hunter2";
		const bodies = [
			{ value },
			{ value, extra: value },
			{ value: [value] },
			{ value: { value } },
			{ value: value.repeat(5_000) },
			{ value: `${value}\ud800` },
			value,
			[value],
		];
		const answers = await Promise.all(bodies.map((body) => ask("PUT", "/v1/secrets/token", { key: owner.key.value, body })));
		answers.push(await ask("PUT", "/v1/secrets/token", { key: owner.key.value, raw: `{"value":"${value}"` }));
		answers.push(await ask("GET", "/v1/secrets", { key: owner.key.value }));
		answers.push(await ask("DELETE", "/v1/secrets/token", { key: owner.key.value }));
		expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 400, 400, 400, 400, 400, 400, 200, 200]);
		for (const { text } of answers) expect(text).not.toContain("hunter2");
	});

	test("is not in the database", async () => {
		const owner = await newTenant();
		await put(owner, "token", "hunter2-hunter2");
		const { results } = await env.DB.prepare("select * from secrets where tenant_id = ?").bind(owner.id).all();
		expect(results).toHaveLength(1);
		expect(JSON.stringify(results)).not.toContain("hunter2");
		expect(JSON.stringify(results)).not.toContain(btoa("hunter2").slice(0, 8));
	});
});

describe("opening a secret", () => {
	const moveSealed = async (from: Owner, fromName: string, to: Owner, toName: string): Promise<void> => {
		await env.DB.prepare(
			"update secrets set sealed = (select sealed from secrets where tenant_id = ? and name = ?) where tenant_id = ? and name = ?",
		)
			.bind(from.id, fromName, to.id, toName)
			.run();
		sealedSecrets.forgetAll();
	};

	test("fails for a row that was moved to another tenant, another name or another version", async () => {
		const [mine, theirs] = [await newTenant(), await newTenant()];
		for (const name of ["a", "b"]) for (const owner of [mine, theirs]) await put(owner, name, `${owner.name} ${name}`);
		await moveSealed(theirs, "a", mine, "a");
		await expect(open(mine, "a")).rejects.toThrow("opening a secret");
		await moveSealed(mine, "b", mine, "a");
		await expect(open(mine, "a")).rejects.toThrow("opening a secret");
		await env.DB.prepare("update secrets set version = 2 where tenant_id = ? and name = 'b'").bind(mine.id).run();
		sealedSecrets.forgetAll();
		await expect(open(mine, "b")).rejects.toThrow("opening a secret");
		expect(await open(theirs, "a")).toBe(`${theirs.name} a`);
	});

	test("fails for a row with one bit changed", async () => {
		const owner = await newTenant();
		await put(owner, "token", "one");
		const sealed = await env.DB.prepare("select sealed from secrets where tenant_id = ?").bind(owner.id).first<string>("sealed");
		const changed = atob(sealed ?? "").replace(/.$/s, (last) => String.fromCharCode(last.charCodeAt(0) ^ 1));
		await env.DB.prepare("update secrets set sealed = ? where tenant_id = ?").bind(btoa(changed), owner.id).run();
		sealedSecrets.forgetAll();
		await expect(open(owner, "token")).rejects.toThrow("opening a secret");
	});

	test("gives null for another tenant's name and for one that was deleted", async () => {
		const [mine, theirs] = [await newTenant(), await newTenant()];
		await put(theirs, "token", "theirs");
		expect(await open(mine, "token")).toBe(null);
		expect(await open(theirs, "token")).toBe("theirs");
		await ask("DELETE", "/v1/secrets/token", { key: theirs.key.value });
		expect(await open(theirs, "token")).toBe(null);
	});

	test("keeps sealed rows in memory and nothing that was opened", async () => {
		const owner = await newTenant();
		await put(owner, "token", "hunter2-hunter2");
		await open(owner, "token");
		const kept = await sealedSecrets.get(`${owner.id}/token`, () => Promise.reject(new Error("not kept")));
		expect(Object.keys(kept ?? {}).toSorted()).toEqual(["sealed", "version"]);
		expect(JSON.stringify(kept)).not.toContain("hunter2");
	});
});

describe("without a usable SEAL_KEY", () => {
	const { SEAL_KEY: _, ...none } = testEnv;
	const bad: Env[] = [none, ...["", "x", "%%%", btoa("short"), btoa("x".repeat(33))].map((SEAL_KEY) => ({ ...testEnv, SEAL_KEY }))];

	test("nothing is stored or opened, and health has a warning", async () => {
		const owner = await newTenant();
		await put(owner, "token", "one");
		for (const bindings of bad) {
			const answer = await ask("PUT", "/v1/secrets/other", { key: owner.key.value, body: { value: "hunter2" }, env: bindings });
			expect(answer.status).toBe(500);
			expect(errorOf(answer).code).toBe("internal");
			expect(answer.text).not.toMatch(/SEAL_KEY|hunter2/);
			await expect(open(owner, "token", bindings)).rejects.toThrow("opening a secret");
			expect(sealKeyProblem(bindings)).toContain("SEAL_KEY");
		}
		const { results } = await env.DB.prepare("select name from secrets where tenant_id = ?").bind(owner.id).all();
		expect(results).toEqual([{ name: "token" }]);
		expect(sealKeyProblem(testEnv)).toBe(null);
	});

	test("that it was sealed under, a secret does not open", async () => {
		const owner = await newTenant();
		await put(owner, "token", "one");
		await expect(open(owner, "token", { ...testEnv, SEAL_KEY: btoa("fedcba9876543210fedcba9876543210") })).rejects.toThrow(
			"opening a secret",
		);
		expect(await open(owner, "token")).toBe("one");
	});
});
