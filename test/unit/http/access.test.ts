import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { locatorOf, newId, newRoutedId } from "../../../contract/ids.ts";
import type { Operation } from "../../../contract/operation.ts";
import { OPERATIONS } from "../../../contract/operations.ts";
import { SCOPES } from "../../../contract/tenants.ts";
import { type Example, EXAMPLES, type Ids } from "./access-examples.ts";
import { ask, errorOf, newKey, newTenant, OPERATOR, testEnv } from "./ask.ts";

const CASES = Object.entries<Operation>(OPERATIONS).map(([id, operation]) => {
	const example: Example | undefined = new Map<string, Example>(Object.entries(EXAMPLES)).get(id);
	if (!example) throw new Error(`access test: found no example of ${id}, wanted one in EXAMPLES`);
	return { id, operation, example };
});
const TENANTS = CASES.flatMap(({ id, operation, example }) =>
	operation.access.kind === "scope" ? [{ id, operation, example, scope: operation.access.scope }] : [],
);
const OPERATORS = CASES.filter(({ operation }) => operation.access.kind === "operator");
const ANYBODYS = CASES.filter(({ operation }) => operation.access.kind === "public");

/** Ids of what lives in an agent's object. */
const idsIn = (agent: string): Pick<Ids, "run" | "call" | "approval" | "schedule"> => {
	const locator = locatorOf(agent);
	return {
		run: newRoutedId("run", locator),
		call: newRoutedId("cal", locator),
		approval: newRoutedId("apr", locator),
		schedule: newRoutedId("sch", locator),
	};
};

const nobodysIds = (): Ids => {
	const agent = newId("agt");
	const endpoint = newId("end");
	const delivery = newRoutedId("dlv", locatorOf(endpoint));
	return { tenant: newId("ten"), agent, trigger: newId("trg"), ...idsIn(agent), key: newId("key"), secret: "nobodys", endpoint, delivery };
};

const send = (item: { operation: Operation; example: Example }, ids: Ids, key: string | undefined) => {
	const body = item.example.body?.(ids);
	const { stream } = item.example;
	if (stream !== undefined) {
		const sent = { raw: stream.text, headers: { "content-type": stream.type } };
		return ask(item.operation.method, item.example.path(ids), { ...(key === undefined ? {} : { key }), ...sent });
	}
	return ask(item.operation.method, item.example.path(ids), {
		...(key === undefined ? {} : { key }),
		...(body === undefined ? {} : { body }),
	});
};

/** Everything a tenant can have, really there: in the registry, and a run in the archive. */
const furnishTenant = async (): Promise<Ids> => {
	const tenant = await newTenant();
	const agents = await ask("GET", "/v1/agents", { key: tenant.key.value });
	const { data } = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(agents.json);
	const agent = data.at(0)?.id ?? "";
	const { run, call, approval } = idsIn(agent);
	await env.DB.prepare(
		"insert into runs (id, tenant_id, agent_id, status, created_at_ms, summary, result, files, revision) values (?, ?, ?, 'succeeded', 1, '{}', 'null', '[]', 1)",
	)
		.bind(run, tenant.id, agent)
		.run();
	await env.DB.prepare("insert into calls (id, tenant_id, run_id, seq, record, revision) values (?, ?, ?, 1, '{}', 1)")
		.bind(call, tenant.id, run)
		.run();
	await env.DB.prepare(
		"insert into approvals (id, tenant_id, agent_id, run_id, status, revision, record) values (?, ?, ?, ?, 'pending', 1, '{}')",
	)
		.bind(approval, tenant.id, agent, run)
		.run();
	await ask("POST", "/v1/datasets", { key: tenant.key.value, body: { name: "theirs" } });
	await ask("PUT", "/v1/secrets/theirs", { key: tenant.key.value, body: { value: "theirs" } });
	const made = await ask("POST", "/v1/endpoints", { key: tenant.key.value, body: EXAMPLES.createEndpoint.body() });
	const { id: endpoint } = z.object({ id: z.string() }).parse(made.json);
	const delivery = newRoutedId("dlv", locatorOf(endpoint));
	await env.DB.prepare(
		"insert into deliveries (id, tenant_id, endpoint_id, event_id, type, status, revision, record, created_at_ms) values (?, ?, ?, ?, 'run.failed', 'failed', 1, '{}', 1)",
	)
		.bind(delivery, tenant.id, endpoint, newId("evt"))
		.run();
	const planned = await ask("POST", "/v1/schedules", { key: tenant.key.value, body: { agent, cron: "0 6 * * *" } });
	const { id: schedule } = z.object({ id: z.string() }).parse(planned.json);
	const body = { agent, scheme: "github", secret: "theirs" };
	const { id: trigger } = z.object({ id: z.string() }).parse((await ask("POST", "/v1/triggers", { key: tenant.key.value, body })).json);
	return { tenant: tenant.id, agent, trigger, run, call, approval, schedule, key: tenant.key.id, secret: "theirs", endpoint, delivery };
};

describe("the table of operations", () => {
	test("every example is of the operation that it stands for", () => {
		for (const { id, operation, example } of CASES) {
			const [path = ""] = example.path(nobodysIds()).split("?");
			const pattern = operation.path.replace("{path}", ".+").replaceAll(/\{[a-z]+\}/g, "[^/]+");
			expect(path, id).toMatch(new RegExp(`^${pattern}$`));
			expect(example.body === undefined, id).toBe(operation.body === null);
			expect(example.stream === undefined, id).toBe(operation.stream === undefined);
		}
	});

	test("there is no operation of anybody but health, the API's description and what senders sign", () => {
		expect(ANYBODYS.map(({ id }) => id)).toEqual(["receiveHook", "getAssurance", "getHealth", "getOpenApi"]);
	});

	test.each(ANYBODYS)("$id answers without a key", async (item) => {
		expect((await send(item, nobodysIds(), undefined)).status).not.toBe(401);
	});
});

describe.each(TENANTS)("$id", (item) => {
	const expectUnauthorized = async (key: string | undefined): Promise<void> => {
		const answer = await send(item, nobodysIds(), key);
		expect(answer.status, answer.text).toBe(401);
		expect(errorOf(answer).code).toBe("unauthorized");
		expect(answer.headers.get("www-authenticate")).toBe("Bearer");
	};

	test("answers 401 without a key, with a malformed one, and to the operator's token", async () => {
		for (const key of [undefined, "", "x", "cordon_", "a".repeat(10_000), OPERATOR]) await expectUnauthorized(key);
	});

	test("answers 401 to a revoked key and to an expired one", async () => {
		const { key } = await newTenant();
		const [revoked, expired] = [await newKey(key.value, {}), await newKey(key.value, { expiresAtMs: Date.now() + 600_000 })];
		await env.DB.prepare("update keys set expires_at_ms = 1 where id = ?").bind(expired.id).run();
		expect((await ask("DELETE", `/v1/keys/${revoked.id}`, { key: key.value })).status).toBe(200);
		await expectUnauthorized(revoked.value);
		await expectUnauthorized(expired.value);
	});

	test("answers 403 to a key that has every scope but the one", async () => {
		const { key } = await newTenant();
		const others = await newKey(key.value, { scopes: SCOPES.filter((scope) => scope !== item.scope) });
		const answer = await send(item, nobodysIds(), others.value);
		expect(answer.status, answer.text).toBe(403);
		expect(errorOf(answer)).toMatchObject({ code: "forbidden", scope: item.scope });
	});

	test("lets a key in that has only the one scope", async () => {
		const { key } = await newTenant();
		const one = await newKey(key.value, { scopes: [item.scope] });
		expect([401, 403]).not.toContain((await send(item, nobodysIds(), one.value)).status);
	});

	test("answers 403 tenant_suspended to a key of a suspended tenant", async () => {
		const tenant = await newTenant();
		await ask("GET", "/v1/keys", { key: tenant.key.value });
		await ask("PATCH", `/v1/tenants/${tenant.id}`, { key: OPERATOR, body: { status: "suspended" } });
		const answer = await send(item, nobodysIds(), tenant.key.value);
		expect(answer.status).toBe(403);
		expect(errorOf(answer).code).toBe("tenant_suspended");
	});

	test("answers to what is another tenant's exactly as to what does not exist", async () => {
		const [mine, alsoMine, theirs, nobodys] = [await newTenant(), await newTenant(), await furnishTenant(), nobodysIds()];
		const bare = (text: string, ids: Ids): string => {
			const shown = Object.entries(ids).reduce((rest, [name, id]) => rest.replaceAll(id, `<${name}>`), text);
			return shown
				.replace(/"requestId":"[0-9a-f-]+"/, "")
				.replaceAll(/"(id|prefix|value|[a-z]+AtMs)":("[^"]*"|\d+)/g, "")
				.replaceAll(/"whsec_[^"]*"/g, "");
		};
		const toTheirs = await send(item, theirs, mine.key.value);
		const toNobodys = await send(item, nobodys, alsoMine.key.value);
		expect(toTheirs.status).toBe(toNobodys.status);
		expect(bare(toTheirs.text, theirs)).toBe(bare(toNobodys.text, nobodys));
		if ("id" in item.operation.params.shape) expect(toTheirs.status, toTheirs.text).toBe(404);
	});
});

describe.each(OPERATORS)("$id", (item) => {
	test("answers 401 to everybody but the operator, a tenant's key included, with no difference", async () => {
		const { key } = await newTenant();
		const wrong = [undefined, "", "x", key.value, `${OPERATOR}x`, OPERATOR.slice(1)];
		const answers = await Promise.all(wrong.map((value) => send(item, nobodysIds(), value)));
		for (const answer of answers) expect(answer.status).toBe(401);
		expect(new Set(answers.map(({ text }) => text.replace(/"requestId":"[0-9a-f-]+"/, ""))).size).toBe(1);
	});

	test("answers 401 to everybody where the operator's token is absent or short", async () => {
		const { ADMIN_TOKEN: _, ...without } = testEnv;
		for (const [token, env] of [
			["", without],
			["short", { ...testEnv, ADMIN_TOKEN: "short" }],
		] as const) {
			const answer = await ask(item.operation.method, item.example.path(nobodysIds()), { key: token, env });
			expect(answer.status).toBe(401);
		}
	});
});
