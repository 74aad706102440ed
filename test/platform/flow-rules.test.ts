import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Dataset } from "../../contract/datasets.ts";
import { pageOf } from "../../contract/common.ts";
import { TenantEvent } from "../../contract/events.ts";
import type { Call, Run } from "../../contract/runs.ts";
import { settle } from "../flow/run-case.ts";
import { datasetClient } from "./dataset-client.ts";
import { type SharedPlatform, sharePlatform } from "./share-platform.ts";
import { makeAgent } from "./start-platform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const RULE = "private+untrusted -> external";
const BOTH = ["private", "untrusted"] as const;

let platform: SharedPlatform;
let crm: Upstream;
let other: Upstream;
const { fill } = datasetClient(() => platform);
beforeAll(async () => {
	platform = await sharePlatform();
	[crm, other] = await Promise.all([startUpstream(platform.ports[0]), startUpstream(platform.ports[1])]);
	const web = { verb: "http.fetch", allow: [crm, other].map(({ host }) => ({ host, scheme: "http", methods: ["GET", "POST"] })) };
	const boss = { verb: "human.ask", labels: ["external"] };
	const shared = { verb: "files", mounts: { "/workspace/output": "write" }, labels: ["external"] };
	const grants = { web, boss, shared };
	const named = (otherwise: "approve" | "deny") => ({ [RULE]: { allow: [{ grant: "web", hosts: [crm.host] }], otherwise } });
	await makeAgent(platform.api, { name: "named", policy: { grants, flow: named("deny") } });
	await makeAgent(platform.api, { name: "asking", policy: { grants, flow: named("approve") } });
	await makeAgent(platform.api, { name: "open", policy: { grants, flow: { [RULE]: { allow: [{ grant: "web" }] } } } });
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([crm.close(), other.close()]);
});

const program = (body: string): string => `export default async (input, env) => { ${body} };`;
const run = (agent: string, body: string, labels: readonly ("private" | "untrusted")[] = BOTH): Promise<Run> =>
	platform.api.run({
		agent,
		program: program(body),
		labels: [...labels],
		input: { crm: `http://${crm.host}`, other: `http://${other.host}` },
	});
const CODE = ".then((answer) => answer.status, (error) => error.code)";
const arrivedAt = ({ arrived }: Upstream): number => arrived.length;

describe("a flow rule with named recipients", () => {
	test("lets a run that has read both go on with them, and with nobody else", async () => {
		const before = arrivedAt(other);
		const { result } = await run(
			"named",
			`return [await env.web.fetch(input.crm + "/ok")${CODE}, await env.web.fetch(input.other + "/x")${CODE}, await fetch(input.other + "/x")${CODE}];`,
		);
		expect(result).toEqual([200, "flow_denied", "flow_denied"]);
		expect(arrivedAt(other)).toBe(before);
	});

	test("holds redirects to the hosts that it names, where the grant alone would follow them", async () => {
		const before = arrivedAt(other);
		const away = 'env.web.fetch(input.crm + "/redirect?to=" + encodeURIComponent(input.other + "/taken"))';
		expect((await run("named", `return await ${away}${CODE};`)).result).toBe("egress_denied");
		expect(arrivedAt(other)).toBe(before);
		const near = 'env.web.fetch(input.crm + "/redirect?to=/ok")';
		expect((await run("named", `return await ${near}${CODE};`)).result).toBe(200);
		expect((await run("open", `return await ${away}${CODE};`)).result).toBe(200);
		expect((await run("named", `return await ${away}${CODE};`, ["private"])).result).toBe(200);
		expect(arrivedAt(other)).toBe(before + 2);
	});

	test("holds what is external of other verbs too: questions and files", async () => {
		const { result } = await run(
			"named",
			`return [await env.boss.ask({ question: "Is it so?" })${CODE}, await env.shared.writeText("/workspace/output/a", "a")${CODE}];`,
		);
		expect(result).toEqual(["flow_denied", "flow_denied"]);
		const { run: asking, calls } = await settle(
			{ platform },
			{
				agent: "asking",
				program: program('await env.boss.ask({ question: "Is it so?" });'),
				labels: [...BOTH],
			},
		);
		expect([asking.status, calls[0]?.rule]).toEqual(["waiting_approval", "flow and ask"]);
	});
});

describe("who reads a run", () => {
	test("is told its labels, in the answer, in lists and in the tree; events hold neither results nor arguments", async () => {
		const made = await run("named", 'return "a result";', ["private"]);
		expect([made.labels, made.result]).toEqual([["private"], "a result"]);
		const events = await platform.api.expect(200, pageOf(TenantEvent), "GET", "/v1/events");
		expect(JSON.stringify(events)).not.toContain("a result");
	});
});

describe("a dataset", () => {
	test("keeps the labels of runs that wrote to it, and gives them to runs that read it, whatever their grants say", async () => {
		await fill("board", "text/csv", "id,text\n1,hello\n");
		const grant = (mode: string) => ({
			db: { verb: "sql.query", dataset: "board", mode },
			web: { verb: "http.fetch", allow: [{ host: crm.host, scheme: "http" }] },
		});
		const limits = { cpuMs: 20_000, wallMs: 25_000 };
		await makeAgent(platform.api, { name: "writer", policy: { grants: grant("write"), limits } });
		await makeAgent(platform.api, { name: "reader", policy: { grants: grant("read"), limits } });
		const read = `await env.db.query("select text from board order by id desc limit 1"); return await env.web.fetch(input.crm + "/ok")${CODE};`;
		expect(await run("reader", read, [])).toMatchObject({ labels: ["untrusted"], result: 200 });
		const write = await run("writer", `await env.db.execute("insert into board values (2, ?)", ["a secret"]);`, BOTH);
		expect(write.error).toBeNull();
		expect(await platform.api.expect(200, Dataset, "GET", "/v1/datasets/board")).toMatchObject({ labels: [...BOTH] });
		const { run: held, calls } = await settle(
			{ platform },
			{ agent: "reader", program: program(read), input: { crm: `http://${crm.host}` } },
		);
		expect([held.status, held.labels]).toEqual(["waiting_approval", expect.arrayContaining([...BOTH])]);
		expect(calls.map(({ status, rule }: Call) => [status, rule]).at(-1)).toEqual(["waiting", "flow"]);
	});
});
