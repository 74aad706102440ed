import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { DatasetDescription } from "../../../contract/datasets.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { datasetKey } from "../../../worker/blobs/blob-keys.ts";
import { commitContent } from "../../../worker/datasets/commit-content.ts";
import { EMPTY_DESCRIPTION } from "../../../worker/datasets/dataset-description.ts";
import { clearDataset, sweepDataset } from "../../../worker/datasets/sweep-dataset.ts";
import { findResource, insertResource, removeResource } from "../../../worker/resources/resource-store.ts";
import { newTenant, testEnv } from "../http/ask.ts";

const newDataset = async () => {
	const { id: tenantId } = await newTenant();
	const row = await insertResource(env, { tenantId, kind: "dataset", name: "d", description: JSON.stringify(EMPTY_DESCRIPTION), nowMs: 1 });
	if (row === null) throw new Error("no dataset");
	const put = async (part: string) => {
		const key = datasetKey(tenantId, row.id, part);
		await env.BLOBS.put(key, part);
		return { key, bytes: part.length, tables: [{ name: "t", columns: [{ name: "a", type: "" }], rows: 1 }] };
	};
	const commit = async (part: string, previous: number, resourceId = row.id) =>
		await commitContent(testEnv, { tenantId, name: "d", resourceId, previous, content: await put(part) });
	const keys = async () => (await env.BLOBS.list({ prefix: `tenants/${tenantId}/` })).objects.map(({ key }) => key.split("/").at(-1));
	return { tenantId, row, put, commit, keys };
};

describe("a dataset's content", () => {
	test("becomes the next version for one of twenty writers of the same version", async () => {
		const { commit, tenantId } = await newDataset();
		const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => commit(`w${index}`, 1)));
		expect(outcomes.filter(({ kind }) => kind === "committed")).toHaveLength(1);
		const row = await findResource(env, tenantId, "dataset", "d");
		const content = DatasetDescription.parse(JSON.parse(row?.description ?? "")).content;
		expect(row?.version).toBe(2);
		expect(await (await env.BLOBS.get(content?.key ?? ""))?.text()).toBe(content?.key.split("/").at(-1));
	});

	test("before this one stays readable, the one before that is removed", async () => {
		const { commit, keys } = await newDataset();
		await commit("one", 1);
		await commit("two", 2);
		expect(await keys()).toEqual(["one", "two"]);
		await commit("three", 3);
		expect(await keys()).toEqual(["three", "two"]);
	});

	test("is not taken for a dataset that was removed and made again under its name", async () => {
		const { commit, tenantId, row } = await newDataset();
		await removeResource(env, tenantId, "dataset", "d");
		await insertResource(env, { tenantId, kind: "dataset", name: "d", description: JSON.stringify(EMPTY_DESCRIPTION), nowMs: 1 });
		expect((await commit("late", 1, row.id)).kind).toBe("refused");
	});

	test("keeps the types of columns that a write does not tell", async () => {
		const { commit, put, tenantId, row } = await newDataset();
		const typed = { ...(await put("typed")), tables: [{ name: "t", columns: [{ name: "a", type: "INTEGER" }], rows: 1 }] };
		await commitContent(testEnv, { tenantId, name: "d", resourceId: row.id, previous: 1, content: typed });
		await commit("untyped", 2);
		const after = await findResource(env, tenantId, "dataset", "d");
		expect(DatasetDescription.parse(JSON.parse(after?.description ?? "")).content?.tables[0]?.columns).toEqual([
			{ name: "a", type: "INTEGER" },
		]);
	});

	test("whose description is too large is refused, and the old version stays", async () => {
		const { put, tenantId, row } = await newDataset();
		const columns = Array.from({ length: 1_000 }, (_, index) => ({ name: `${index}${"c".repeat(600)}`, type: "TEXT" }));
		const content = { ...(await put("wide")), tables: [{ name: "t", columns, rows: 1 }] };
		const committed = await commitContent(testEnv, { tenantId, name: "d", resourceId: row.id, previous: 1, content });
		expect(committed).toMatchObject({ kind: "refused", why: expect.stringContaining(String(LIMITS.resourceBytes)) });
		expect((await findResource(env, tenantId, "dataset", "d"))?.version).toBe(1);
	});
});

describe("what a crash left behind", () => {
	test("is swept when it is old, and what is named or young stays", async () => {
		const { put, tenantId, row, keys } = await newDataset();
		const current = await put("current");
		await put("orphan");
		await sweepDataset(env, tenantId, row.id, [current.key, null], Date.now());
		expect(await keys()).toEqual(["current", "orphan"]);
		await sweepDataset(env, tenantId, row.id, [current.key, null], Date.now() + LIMITS.datasetKeepMs + 1_000);
		expect(await keys()).toEqual(["current"]);
	});

	test("goes with the dataset, and nothing of another dataset of the tenant does", async () => {
		const { put, tenantId, row, keys } = await newDataset();
		await put("one");
		await env.BLOBS.put(datasetKey(tenantId, `${row.id}x`, "other"), "other");
		await clearDataset(env, tenantId, row.id);
		expect(await keys()).toEqual(["other"]);
	});
});
