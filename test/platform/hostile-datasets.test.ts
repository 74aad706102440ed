import { once } from "node:events";
import { IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Dataset } from "../../contract/datasets.ts";
import type { Answer } from "../../scripts/support/api-client.ts";
import { datasetClient } from "./dataset-client.ts";
import { errorOf, makeAgent, type Platform, startPlatform } from "./start-platform.ts";

let platform: Platform;
const { upload, fill, agentOn, ask } = datasetClient(() => platform);
beforeAll(async () => {
	platform = await startPlatform();
});
afterAll(() => platform.stop());

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

describe("a hostile upload", () => {
	test("is refused in words or read as what it is, and the version before stays", async () => {
		await fill("victim", "text/csv", "a\n1\n", "?table=t");
		const wide = Array.from({ length: 20_000 }, (_, index) => `c${index}`).join(",");
		const hostile: [string, string, string | Uint8Array<ArrayBuffer>][] = [
			["csv declared as sqlite", "application/vnd.sqlite3", "a,b\n1,2\n"],
			["a sqlite header and a page size of nothing", "application/vnd.sqlite3", utf8(`SQLite format 3\0${"\0".repeat(4_080)}`)],
			["bytes that are no UTF-8", "text/csv", new Uint8Array([97, 10, 0xff, 0xfe, 0, 0x80, 10])],
			["attach", "application/sql", "attach '/etc/passwd' as p; create table t as select 1"],
			["vacuum into", "application/sql", "create table t(a); vacuum into '/tmp/x'"],
			["load_extension", "application/sql", "select load_extension('/tmp/x')"],
			["writefile", "application/sql", "select writefile('/tmp/x', 'y')"],
			[
				"a trigger",
				"application/sql",
				"create table t(a); create trigger g after insert on t begin insert into t values (new.a); end; pragma recursive_triggers = 1; insert into t values (1);",
			],
			["a zeroblob", "application/sql", "create table t(a); insert into t values (zeroblob(1000000000))"],
			["too many columns", "text/csv", `${wide}\n`],
			["no record", "text/csv", "\n".repeat(4_000_000)],
			["a quote that never ends", "text/csv", `a\n"${"x".repeat(4_000_000)}`],
			["no JSON object", "application/x-ndjson", "[1]\n"],
			["deep JSON", "application/x-ndjson", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n`],
		];
		for (const [what, type, body] of hostile) {
			const answer = await upload("victim/data", type, body);
			expect([what, answer.status >= 400 && answer.status < 500, answer.status === 500]).toEqual([what, true, false]);
			expect(errorOf(answer).message, what).not.toMatch(/\/work|node_modules|tenants\//);
		}
		expect(await platform.api.expect(200, Dataset, "GET", "/v1/datasets/victim")).toMatchObject({
			version: 2,
			tables: [{ name: "t", rows: 1 }],
		});
	});

	test("of strange bytes and names is data and nothing else, in the program's world and in the tenant's", async () => {
		const names = ["__proto__", "constructor", "then", "toJSON", "hasOwnProperty", "$map", "a\r\nx: y"];
		const csv = `${names.map((name) => `"${name}"`).join(",")}\n${names.map((_, index) => index + 1).join(",")}\n`;
		const { tables } = await fill("poison", "text/csv", utf8(csv), "?table=t");
		expect(tables[0]?.columns).toHaveLength(names.length);
		await agentOn("poisoned", "poison", {});
		const seen = await ask(
			"poisoned",
			`db.query("select * from t").then(async ([row]) => {
				const again = await row;
				return [Object.keys(row).length, Object.getPrototypeOf(row) === Object.prototype || Object.getPrototypeOf(row) === null, {}.polluted === undefined, ({}).then === undefined, Object.values(again)];
			})`,
		);
		expect(seen).toEqual([names.length, true, true, true, [1, 2, 3, 4, 5, 6, 7]]);
		expect(await ask("poisoned", 'db.query("select * from t")')).toHaveLength(1);
	});

	test("twenty at once to one dataset makes as many versions as were said to be made", async () => {
		await fill("crowd", "text/csv", "a\n0\n", "?table=t");
		const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => upload("crowd/data?table=t", "text/csv", `a\n${index}\n`)));
		const made = answers.filter(({ status }) => status === 200).length;
		expect(made).toBeGreaterThan(0);
		expect(answers.filter(({ status }) => ![200, 409, 413, 429, 503].includes(status)).map(({ body }) => body)).toEqual([]);
		expect((await platform.api.expect(200, Dataset, "GET", "/v1/datasets/crowd")).version).toBe(2 + made);
	});

	test("into a dataset that is deleted and made again meanwhile reaches neither", async () => {
		await fill("brief", "text/csv", "a\n0\n", "?table=t");
		const { url, key } = platform.cordon;
		const headers = { authorization: `Bearer ${key}`, "content-type": "text/csv" };
		const uploading = request(`${url}/v1/datasets/brief/data?table=t`, { method: "PUT", agent: false, headers });
		const answered = once(uploading, "response");
		// More than all sockets on its way hold: once it is written, the platform reads it, and has looked at the dataset before.
		await new Promise<void>((resolve, reject) => {
			uploading.once("error", reject).write(`a\n${`${"x".repeat(1_000_000)}\n`.repeat(20)}`, () => resolve());
		});
		await platform.api.expect(200, Dataset, "DELETE", "/v1/datasets/brief");
		await platform.api.expect(201, Dataset, "POST", "/v1/datasets", { name: "brief" });
		uploading.end("y\n");
		const [answer] = z.tuple([z.instanceof(IncomingMessage)]).parse(await answered);
		expect([404, 409], await text(answer)).toContain(answer.statusCode);
		expect(await platform.api.expect(200, Dataset, "GET", "/v1/datasets/brief")).toMatchObject({ version: 1, tables: [] });
	});
});

describe("names", () => {
	test("of datasets that are no names are refused, on every way", async () => {
		for (const name of ["..", ".", "a/b", "a%2fb", "ü", "", "a".repeat(65), "a b", "a\u0000b", "__proto__/x"]) {
			const made = await platform.api.request("POST", "/v1/datasets", { name });
			expect([name, made.status]).toEqual([name, 400]);
			const got = await platform.api.request("GET", `/v1/datasets/${encodeURIComponent(name)}`);
			expect([200, 201, 500], name).not.toContain(name === "" || name === "." || name === ".." ? 404 : got.status);
		}
		expect((await platform.api.request("POST", "/v1/datasets", { name: "a".repeat(64) })).status).toBe(201);
	});

	test("of another tenant's models, datasets and tools answer as names that nobody has", async () => {
		const other = await platform.tenant("stranger");
		await fill("theirs", "text/csv", "a\n1\n", "?table=t");
		const route = { provider: "openai", model: "m", secret: "s", usdMicrosPerMillionInput: 1, usdMicrosPerMillionOutput: 1 };
		expect((await platform.api.request("PUT", "/v1/models/theirs", { routes: [route] })).status).toBe(200);
		const bare = (answer: Answer, name: string): unknown => [
			answer.status,
			JSON.stringify(answer.body)
				.replaceAll(name, "NAME")
				.replaceAll(/"requestId":"[^"]+"/g, ""),
		];
		for (const [method, path] of [
			["GET", "/v1/models/"],
			["DELETE", "/v1/models/"],
			["GET", "/v1/datasets/"],
			["DELETE", "/v1/datasets/"],
			["GET", "/v1/tools/"],
			["DELETE", "/v1/tools/"],
		] as const) {
			const [taken, free] = [await other.api.request(method, `${path}theirs`), await other.api.request(method, `${path}nobodys`)];
			expect([path, taken.status]).toEqual([path, 404]);
			expect(bare(taken, "theirs")).toEqual(bare(free, "nobodys"));
		}
		const data = async (name: string) => bare(await upload(`${name}/data`, "text/csv", "a\n1\n", other.api), name);
		expect(await data("theirs")).toEqual(await data("nobodys"));
		await makeAgent(other.api, {
			name: "thief",
			policy: { grants: { db: { verb: "sql.query", dataset: "theirs", mode: "read" }, llm: { verb: "ai.complete", models: ["theirs"] } } },
		});
		const program =
			"export default async (i, { db, llm }) => [await db.query('select 1').catch((e) => e.message), await llm.complete({ prompt: 'x' }).catch((e) => e.message)]";
		expect(z.array(z.string()).parse((await other.api.run({ agent: "thief", program })).result)).toEqual([
			expect.stringContaining("the tenant has none of this name"),
			expect.stringContaining('the tenant has no model "theirs"'),
		]);
	});
});
